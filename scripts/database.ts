import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../src/embedded-postgres/embedded-postgres.ts";

/** Runs something with a PostgreSQL: the one of DATABASE_URL, or an embedded one that is gone afterwards. */
export async function withPostgres(run: (url: string) => Promise<void>): Promise<void> {
  const given = process.env.DATABASE_URL;
  if (given) return run(given);
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
