import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file that only the owner of the process can read; whole or not there at all, also after a power failure. */
export async function writeSecretFile(path: string, secret: string): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true });
  const file = await open(`${path}.new`, "w", 0o600);
  await file.writeFile(`${secret}\n`);
  await file.sync();
  await file.close();
  await rename(`${path}.new`, path);
  const folder = await open(directory, "r");
  await folder.sync();
  await folder.close();
}
