import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "./config.ts";
import { newSecretKey, parseSecretKeys, type SecretKey } from "./keyring.ts";
import { writeSecretFile } from "./secret-file.ts";

/**
 * The keys in `secret-keys` beside the embedded database, which are made at the first start. Call it while holding the
 * database's lock: two servers that made a key each would lose one.
 *
 * @throws ConfigError when the file holds something else
 */
export async function openSecretKeyFile(dataDir: string): Promise<SecretKey[]> {
  const path = join(dataDir, "secret-keys");
  const text = (await readFile(path, "utf8").catch(onlyIfMissing)) ?? (await create(path));
  const keys = parseSecretKeys(text);
  if (keys) return keys;
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
