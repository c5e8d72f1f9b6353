import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Config, ConfigError } from "./config.ts";
import { Keyring, newSecretKey, parseSecretKeys } from "./keyring.ts";
import { writeSecretFile } from "./secret-file.ts";

/**
 * The keys of the configuration; or, for an embedded database without them, those in `secret-keys` beside it, which
 * are made at the first start. Call it when the database runs: of two servers that made a key each, one would lose it.
 *
 * @throws ConfigError when the file holds something else
 */
export async function openKeyring({ secretKeys, databaseUrl, dataDir }: Config): Promise<Keyring> {
  if (secretKeys.length > 0 || databaseUrl) return new Keyring(secretKeys);
  const path = join(dataDir, "secret-keys");
  const text = (await readFile(path, "utf8").catch(onlyIfMissing)) ?? (await create(path));
  const keys = parseSecretKeys(text);
  if (keys) return new Keyring(keys);
  throw new ConfigError(`${path}: expected keys as in SECRET_KEYS, got something else.`);
}

async function create(path: string): Promise<string> {
  const key = newSecretKey();
  await writeSecretFile(path, key);
  return key;
}

function onlyIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
