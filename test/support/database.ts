import type { DataSource, Logger } from "typeorm";
import { createDataSource } from "../../src/data-source.ts";

/** All statements that this test file has sent, newest last. */
export const statements: string[] = [];

const logger: Logger = {
  logQuery: (query) => void statements.push(query),
  logQueryError() {},
  logQuerySlow() {},
  logSchemaBuild() {},
  logMigration() {},
  log() {},
};

/** The URL of a new empty database, or of this worker's when no name is given. */
export async function databaseUrl(
  name = `test_${process.env.TEST_RUN}_${process.env.JEST_WORKER_ID}`,
): Promise<string> {
  const admin = createDataSource(serverUrl());
  await admin.initialize();
  const exists: unknown[] = await admin.query("select from pg_database where datname = $1", [name]);
  if (exists.length === 0) await admin.query(`create database ${name}`);
  await admin.destroy();
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return url.href;
}

/** A pool on this worker's database, whose tables are made by the first test file that asks. */
export async function connectToTestDatabase(): Promise<DataSource> {
  const db = await createDataSource(await databaseUrl(), { logger }).initialize();
  await db.runMigrations();
  return db;
}

function serverUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) throw new Error("Run the tests with `npm test`: it starts the PostgreSQL that they need.");
  return url;
}
