import { spawn } from "node:child_process";
import { once } from "node:events";
import { runName, withPostgres } from "./database.ts";

/** Runs Jest with a real PostgreSQL; arguments go to Jest. Every worker makes a database of its own in it. */
process.on("SIGINT", () => {}); // Jest gets the signal too; the database is stopped when Jest has ended

await withPostgres(async (url) => {
  const jest = spawn(
    process.execPath,
    [
      "--experimental-vm-modules",
      "--disable-warning=ExperimentalWarning",
      "node_modules/jest/bin/jest.js",
      ...process.argv.slice(2),
    ],
    { stdio: "inherit", env: { ...process.env, TEST_DATABASE_URL: url, TEST_RUN: runName } },
  );
  const [code] = await once(jest, "exit");
  process.exitCode = code ?? 1;
});
