import { createDataSource } from "../src/data-source.ts";
import { createScratchDatabase, withPostgres } from "./database.ts";

/** Fails when the migrations, run on an empty database, do not lead to what the entities say. */
await withPostgres(async (url) => {
  const db = await createDataSource(await createScratchDatabase(url)).initialize();
  await db.runMigrations();
  const { upQueries } = await db.driver.createSchemaBuilder().log();
  await db.destroy();
  for (const { query } of upQueries) console.error(query);
  if (upQueries.length === 0) return;
  console.error('The entities and the migrations disagree: see CONTRIBUTING.md, "Change a table".');
  process.exitCode = 1;
});
