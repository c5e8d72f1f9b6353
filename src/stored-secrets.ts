import type { DataSource } from "typeorm";
import { secretVariables } from "./docker-image/secret-variables.ts";
import type { Keyring } from "./keyring.ts";
import { firstId, type SecretStore } from "./secret-store.ts";
import { connectorSecrets } from "./storage-connector/connector-secrets.ts";

/** Every table that holds secrets. */
const stores: SecretStore[] = [
  secretVariables("docker_image", "model_version"),
  secretVariables("experiment_docker_image", "experiment"),
  connectorSecrets,
];

/** How many secrets there are under a key id, and how many of them cannot be read. */
interface KeyState {
  stored: number;
  unreadable: number;
}

/**
 * Tries to read every secret: under one id there can be several keys, when one was replaced by another.
 *
 * @returns a line for the operator about each key that is missing, or is another one than it was. Nothing else
 *   depends on them, so this does not stop a start.
 */
export async function findUnreadableSecrets(db: DataSource, keyring: Keyring): Promise<string[]> {
  const states = await readKeyStates(db, keyring);
  return [...states]
    .filter(([, { unreadable }]) => unreadable > 0)
    .map(([keyId, { stored, unreadable }]) => {
      const got = keyring.has(keyId) ? "another one under this id" : "none";
      const which = `the key "${keyId}" that encrypted ${unreadable} of the ${stored} secrets under this id`;
      return `SECRET_KEYS: expected ${which}, got ${got}; they cannot be read until it is back, everything else can.`;
    });
}

async function readKeyStates(db: DataSource, keyring: Keyring): Promise<Map<string, KeyState>> {
  const states = new Map<string, KeyState>();
  for (const store of stores)
    for await (const { keyId, sealed, binding } of store.secrets(db)) {
      const state = states.get(keyId) ?? { stored: 0, unreadable: 0 };
      state.stored += 1;
      if (keyring.open({ keyId, sealed }, binding) === null) state.unreadable += 1;
      states.set(keyId, state);
    }
  return states;
}

/**
 * Encrypts all secrets anew that are not under the first key. It can run while servers do, be interrupted, and run
 * again: an edit and a rotation of one row wait for each other. Each row has a transaction of its own, so that the
 * rotation never holds one and waits for another.
 *
 * @returns how many secrets were encrypted anew, and how many are left: under another key, or not to be read under the
 *   first. A key can be taken out of SECRET_KEYS when all servers have started with the new one before it, and then nothing
 *   is left.
 */
export async function rotateSecrets(
  db: DataSource,
  keyring: Keyring,
): Promise<{ rotated: number; left: number }> {
  let rotated = 0;
  for (let before = -1; before < rotated; ) {
    // Once more after a pass that found something: meanwhile a copy may have been made of what had not been reached.
    before = rotated;
    for (const store of stores) rotated += await rotateOnce(db, keyring, store);
  }
  let left = 0;
  // What a server without the new key has written meanwhile is left too, though it can be read.
  for (const [keyId, { stored, unreadable }] of await readKeyStates(db, keyring))
    left += keyId === keyring.current ? unreadable : stored;
  return { rotated, left };
}

async function rotateOnce(db: DataSource, keyring: Keyring, store: SecretStore): Promise<number> {
  let rotated = 0;
  for (let last: string | undefined = firstId; last !== undefined; ) {
    const after: string = last;
    const next = await db.transaction((tx) => store.rotateNext(tx, keyring, after));
    rotated += next.rotated;
    last = next.id;
  }
  return rotated;
}
