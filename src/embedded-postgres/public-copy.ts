import { closeSync } from "node:fs";
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { EmbeddedPostgresError } from "./error.ts";
import { tryLock } from "./lock.ts";
import { run } from "./run.ts";

const cache = "/var/cache/model-registry";

/**
 * For root only: copies the package's binaries (60 MB, once per version) to where every account can execute
 * them, and returns that folder. PostgreSQL finds its files from the real path of its program, so another
 * account must be able to reach it by path.
 */
export async function copyForOthers(packageRoot: string): Promise<string> {
  const { name, version } = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8"));
  const copy = join(cache, `postgresql-${version}-${basename(name)}`);
  try {
    await mkdir(cache, { recursive: true });
    await refuseUnlessRoots(cache);
    await chmod(cache, 0o755); // Whatever the umask is.

    const lock = await waitForLock(join(cache, "lock"));
    try {
      if (!(await exists(copy))) await copyAtOnce(join(packageRoot, "native"), copy);
    } finally {
      closeSync(lock);
    }
    await refuseUnlessRoots(copy);
    return copy;
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL does not run as root, and its binaries cannot be copied to where another user ` +
        `reaches them (${(error as Error).message}): start as another user, or set DATABASE_URL to a PostgreSQL of your own`,
    );
  }
}

/** Appears by one rename, after its bytes are on the disk: a copy that is there is complete. */
async function copyAtOnce(source: string, target: string): Promise<void> {
  const prefix = `${basename(target)}.`;
  for (const name of await readdir(cache)) {
    // Left by a start that was killed; the lock says that nobody is working on it.
    if (name.startsWith(prefix)) await rm(join(cache, name), { recursive: true });
  }
  const temporary = await mkdtemp(join(cache, prefix));
  try {
    await cp(source, temporary, { recursive: true, verbatimSymlinks: true });
    for (const [program, ...args] of [
      ["chown", "-Rh", "0:0", temporary],
      ["chmod", "-R", "u=rwX,go=rX", temporary],
      ["sync", "-f", temporary],
    ] as [string, ...string[]][]) {
      const { status, output } = await run(program, args);
      if (status !== 0) throw new Error(output);
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Someone else who can write there could have us run anything. */
async function refuseUnlessRoots(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) return;
  throw new Error(`${path} has to be a directory that only root can write to`);
}

async function waitForLock(file: string): Promise<number> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const lock = await tryLock(file);
    if (lock !== undefined) return lock;
    await delay(100);
  }
  throw new Error(`${file} has been locked for a minute`);
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
