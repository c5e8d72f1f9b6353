import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync } from "node:fs";
import { chown, mkdir, mkdtemp, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { EmbeddedPostgresError } from "./error.ts";
import { clusterLayout, type Layout, newClusterPrefix } from "./layout.ts";
import { inheritedPath, run } from "./run.ts";
import { superuser } from "./url.ts";

/** Who starts the cluster: programs, account, and the descriptor of PostgreSQL's lock, held. */
export interface ClusterAccess {
  binaries: Binaries;
  account: Account | undefined;
  lock: number;
}

/**
 * Creates the cluster when there is none, and returns the superuser's password. It is made in a temporary
 * folder and renamed when complete, so that a kill in between leaves nothing but that folder, which the next
 * start removes.
 */
export async function openCluster(layout: Layout, access: ClusterAccess): Promise<string> {
  for (const name of await readdir(layout.directory)) {
    // The lock says that no initdb is working on it, and a cluster that was ever used has been renamed.
    if (name.startsWith(newClusterPrefix)) await rm(join(layout.directory, name), { recursive: true });
  }
  const version = await readFile(join(layout.data, "PG_VERSION"), "utf8").catch(onlyIfMissing);
  if (version === undefined) {
    if ((await readdir(layout.directory)).includes("cluster")) throw unusable(layout);
    await createCluster(layout, access);
  } else if (version.trim() !== access.binaries.major) {
    throw new EmbeddedPostgresError(
      `${layout.directory} was made by PostgreSQL ${version.trim()} and this one is ${access.binaries.major}: ` +
        `move the data with pg_dump, or choose another directory`,
    );
  }
  return readFile(layout.password, "utf8");
}

async function createCluster(layout: Layout, { binaries, account, lock }: ClusterAccess): Promise<void> {
  const temporary = await mkdtemp(join(layout.directory, newClusterPrefix));
  const { data, password } = clusterLayout(temporary);
  try {
    await mkdir(data, { mode: 0o700 });
    await writeSecret(password, randomBytes(24).toString("base64url"));
    if (account) for (const path of [data, password]) await chown(path, account.uid, account.gid);

    const inherit = [openSync(data, "r"), openSync(password, "r")];
    try {
      const args = initdbArguments(inheritedPath(3, data), inheritedPath(4, password));
      // It inherits the lock too: an initdb that outlives us is waited for, not deleted under its feet.
      const { status, output } = await run(binaries.initdb, args, { account, inherit: [...inherit, lock] });
      if (status !== 0)
        throw new EmbeddedPostgresError(`Cannot create a database in ${layout.directory}: ${reason(output)}`);
    } finally {
      inherit.forEach(closeSync);
    }
    syncDirectory(temporary);
    await rename(temporary, layout.cluster);
    syncDirectory(layout.directory);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/**
 * The locale is PostgreSQL's own C.UTF-8. It sorts by code point and knows upper and lower case of all of
 * Unicode, on every platform alike, and no update of the system's C library can disorder an index.
 */
function initdbArguments(data: string, passwordFile: string): string[] {
  return [
    ["--pgdata", data],
    ["--username", superuser],
    ["--auth", "scram-sha-256"],
    ["--pwfile", passwordFile],
    ["--encoding", "UTF8"],
    ["--locale-provider", "builtin"],
    ["--builtin-locale", "C.UTF-8"],
    ["--locale", "C"],
    ["--no-instructions"],
  ].flat();
}

async function writeSecret(path: string, secret: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  await file.writeFile(secret);
  await file.sync();
  await file.close();
}

function syncDirectory(path: string): void {
  const fd = openSync(path, "r");
  fsyncSync(fd);
  closeSync(fd);
}

/** The first complaint: what follows are its consequences. */
function reason(output: string): string {
  const lines = output.split("\n").map((line) => line.replace(/^.*(?=FATAL|PANIC)/, ""));
  return (
    lines.find((line) => /error:|FATAL|PANIC|No space/.test(line)) ??
    lines.filter(Boolean).at(-1) ??
    "initdb was killed"
  );
}

function unusable({ cluster }: Layout): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `${cluster} is not a PostgreSQL cluster, as it has no data/PG_VERSION: restore it, or move it away to start empty`,
  );
}

function onlyIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
