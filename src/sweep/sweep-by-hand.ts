import { access } from "node:fs/promises";
import type { DataSource } from "typeorm";
import { type Config, ConfigError } from "../config.ts";
import { openKeyring } from "../open-keyring.ts";
import { StorageError } from "../storage-connector/storage.ts";
import { Storages } from "../storage-connector/storages.ts";
import { describeFailure } from "../welcome.ts";
import { foresee } from "./foresee.ts";
import type { Swept } from "./step.ts";
import { sweep } from "./sweep.ts";

/** Sweeps once, beside servers that run or without any. What fails makes the exit code 1. @returns what was done, for people */
export async function sweepByHand(db: DataSource, config: Config, dryRun: boolean): Promise<string> {
  await expectFiles(db, config.filesDir);
  if (dryRun) return `A sweep would take away:\n${describe(await foresee(db))}`;
  const onError = (error: unknown, id: string) => {
    const problem = error instanceof StorageError ? error.message : describeFailure(error);
    process.stderr.write(`${id}: ${problem}\n`);
    process.exitCode = 1;
  };
  const storages = new Storages(config.filesDir, { keyring: await openKeyring(config), ...config });
  const swept = await sweep(db, storages, { onError });
  const rest = swept.whole ? "" : "\nA server was sweeping too: the rest was left to it.";
  return `Taken away:\n${describe(swept)}${rest}`;
}

/** In the wrong folder nothing would be found to remove, and what is in the right one would be forgotten. */
async function expectFiles(db: DataSource, filesDir: string): Promise<void> {
  const found: unknown[] = await db.query(
    `select from blob b join storage_connector c on c.id = b.storage_connector_id
     where c.kind = 'LOCAL_DISK' limit 1`,
  );
  if (found.length === 0) return;
  await access(filesDir).catch(() => {
    throw new ConfigError(`FILES_DIR: expected the folder where the servers keep files, got ${filesDir}.`);
  });
}

function describe({ entries, uploads, blobs, bytes }: Swept): string {
  const lines = [
    `${entries} entries of the trash whose time is over`,
    `${uploads} uploads in parts that were not completed in time`,
    `${blobs} times bytes that nothing refers to, ${bytes} together as far as their number is known`,
  ];
  return lines.map((line) => `  ${line}`).join("\n");
}
