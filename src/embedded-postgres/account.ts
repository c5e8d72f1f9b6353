import { readFile, stat } from "node:fs/promises";
import { EmbeddedPostgresError } from "./error.ts";

/** The operating system account that PostgreSQL runs as. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * Undefined: our own account. As root, which PostgreSQL refuses, the owner of the existing data, so that a
 * cluster keeps its account for life; before the first start, `postgres` or else `nobody`.
 */
export async function accountFor(data: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;

  const owner = await stat(data).catch(() => undefined);
  if (!owner) return unprivilegedAccount();
  if (owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  throw new EmbeddedPostgresError(
    `${data} belongs to root, as which PostgreSQL does not run: give it back to its account with chown -R`,
  );
}

async function unprivilegedAccount(): Promise<Account> {
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  const users = passwd.split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const user = users.find((fields) => fields[0] === name);
    // macOS writes nobody's -2 as a signed number.
    if (user) return { uid: Number(user[2]) >>> 0, gid: Number(user[3]) >>> 0 };
  }
  throw new EmbeddedPostgresError(
    "The embedded PostgreSQL does not run as root, and there is neither a user postgres nor nobody: " +
      "start as another user, or set DATABASE_URL to a PostgreSQL of your own",
  );
}
