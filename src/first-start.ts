import { setTimeout as delay } from "node:timers/promises";
import { type DataSource, type EntityManager, MigrationExecutor, type QueryRunner } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { ownerTokenFile } from "./api-token/owner-token.ts";
import type { Config } from "./config.ts";
import { insertOrganization } from "./organization/create-organization.ts";
import { writeSecretFile } from "./secret-file.ts";
import { User } from "./user/user.ts";

/** Any number that no other program would take in the same database. */
const lock = 7_305_114_002;

/**
 * Brings the tables up to date and, in an empty registry, creates the first organization, its owner and a token.
 * Of several servers that start at the same moment one does it, and the others wait.
 *
 * @param signal ends the waiting for another server.
 * @returns the file that holds the token, and the token itself, when they were made just now.
 */
export async function prepareDatabase(
  db: DataSource,
  config: Config,
  signal: AbortSignal,
): Promise<{ token: string; file: string } | null> {
  const runner = db.createQueryRunner();
  try {
    await waitForLock(runner, signal);
    await runner.query("set statement_timeout = 0"); // a migration may take its time
    await new MigrationExecutor(db, runner).executePendingMigrations();
    const [{ empty }]: [{ empty: boolean }] = await runner.query(
      "select not exists (select from organization) as empty",
    );
    return empty ? await createOwner(runner.manager, config) : null;
  } finally {
    // Gives the lock and the setting back, also when the connection is not to be trusted any more.
    await runner.query("select pg_advisory_unlock_all()").catch(() => {});
    await runner.query("reset statement_timeout").catch(() => {});
    await runner.release();
  }
}

/** Asks again and again instead of waiting in PostgreSQL, so that a server can be stopped meanwhile. */
async function waitForLock(runner: QueryRunner, signal: AbortSignal): Promise<void> {
  for (;;) {
    const [{ locked }]: [{ locked: boolean }] = await runner.query(
      "select pg_try_advisory_lock($1) as locked",
      [lock],
    );
    if (locked) return;
    await delay(100, undefined, { signal });
  }
}

async function createOwner(
  manager: EntityManager,
  { first, dataDir }: Config,
): Promise<{ token: string; file: string }> {
  const file = ownerTokenFile(dataDir);
  const { organization: name, ownerName, ownerEmail, ownerPictureUrl: pictureUrl } = first;
  const owner = { id: uuidv7(), name: ownerName, email: ownerEmail.toLowerCase(), pictureUrl };

  const token = await manager.transaction(async (tx) => {
    await tx.insert(User, owner);
    const secret = await insertOrganization(tx, { id: uuidv7(), name }, owner);
    // Before the commit: a token that nobody could read would lock everybody out.
    await writeSecretFile(file, secret);
    return secret;
  });
  return { token, file };
}
