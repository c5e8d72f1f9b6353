import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { DirectoryInUse } from "./error.ts";
import { layoutOf } from "./layout.ts";
import { urlAt } from "./url.ts";

/** The database in the directory for a moment: that of the server that runs on it, or else started for the purpose. */
export async function openEmbeddedPostgres(
  directory: string,
): Promise<{ url: string; close: () => Promise<void> }> {
  try {
    const postgres = await startEmbeddedPostgres({ directory });
    return { url: postgres.url, close: () => postgres.stop() };
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error;
    const { data, password } = layoutOf(directory);
    // The fourth line of the file is the port.
    const port = (await readFile(join(data, "postmaster.pid"), "utf8")).split("\n")[3];
    return { url: urlAt(Number(port), await readFile(password, "utf8")), close: async () => {} };
  }
}
