import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startEmbeddedPostgres } from "../src/embedded-postgres/embedded-postgres.ts";

/** Stands in the name of every database that one run of a script makes, and in no other. */
export const runName = `scratch_${process.pid}_${Date.now()}`;

/**
 * Runs something with a PostgreSQL: the one of DATABASE_URL, or an embedded one that is gone afterwards. Nothing may
 * touch the database that DATABASE_URL names; databases whose name contains `runName` are dropped in the end.
 */
export async function withPostgres(run: (url: string) => Promise<void>): Promise<void> {
  const given = process.env.DATABASE_URL;
  if (!given) return withEmbeddedPostgres(run);
  try {
    await run(given);
  } finally {
    await dropScratchDatabases(given);
  }
}

/** Makes an empty database on the server of the URL, and gives its own URL. */
export async function createScratchDatabase(serverUrl: string, which = ""): Promise<string> {
  const name = runName + which;
  await withClient(serverUrl, (client) => client.query(`create database ${name}`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function withEmbeddedPostgres(run: (url: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "model-registry-"));
  // What is thrown away afterwards need not survive a power failure.
  const settings = {
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    max_connections: "200",
  };
  const postgres = await startEmbeddedPostgres({ directory: join(directory, "postgres"), settings });
  try {
    await run(postgres.url);
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function dropScratchDatabases(serverUrl: string): Promise<void> {
  await withClient(serverUrl, async (client) => {
    const { rows } = await client.query("select datname from pg_database where strpos(datname, $1) > 0", [
      runName,
    ]);
    for (const { datname } of rows)
      await client.query(`drop database ${client.escapeIdentifier(datname)} with (force)`);
  });
}

async function withClient(url: string, run: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await run(client);
  } finally {
    await client.end();
  }
}
