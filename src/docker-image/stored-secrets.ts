import type { DataSource, EntityManager } from "typeorm";
import type { Keyring } from "../keyring.ts";
import { hasSecrets } from "./docker-image.ts";
import { bindingOf, type StoredVariable } from "./environment-variable.ts";

/** The tables that hold docker images, and whose they are. */
const holders = [
  { table: "docker_image", owner: "model_version" },
  { table: "experiment_docker_image", owner: "experiment" },
] as const;
type Holder = (typeof holders)[number];

interface StoredSecret {
  keyId: string;
  sealed: string;
  name: string;
  organizationId: string;
}

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
  for (const holder of holders)
    for await (const secret of secretsIn(db, holder)) {
      const state = states.get(secret.keyId) ?? { stored: 0, unreadable: 0 };
      state.stored += 1;
      if (keyring.open(secret, bindingOf(secret.organizationId, secret.name)) === null) state.unreadable += 1;
      states.set(secret.keyId, state);
    }
  return states;
}

/** Page by page, because there can be many. */
async function* secretsIn(db: DataSource, { table, owner }: Holder): AsyncGenerator<StoredSecret> {
  for (let after: string | undefined = "00000000-0000-0000-0000-000000000000"; after !== undefined; ) {
    const page: (StoredSecret & { id: string })[] = await db.query(
      `select d.${owner}_id as id, e ->> 'keyId' as "keyId", e ->> 'sealed' as sealed, e ->> 'name' as name,
         o.organization_id as "organizationId"
       from (
         select * from ${table} d where d.${hasSecrets} and d.${owner}_id > $1 order by ${owner}_id limit 500
       ) d
       join ${owner} o on o.id = d.${owner}_id
       cross join lateral jsonb_array_elements(d.environment_variables) e
       where e ->> 'keyId' is not null order by 1`,
      [after],
    );
    yield* page;
    after = page.at(-1)?.id;
  }
}

/**
 * Encrypts all secrets anew that are not under the first key. It can run while servers do, be interrupted, and run
 * again: an edit and a rotation of one docker image wait for each other. Each docker image has a transaction of its own,
 * so that the rotation never holds one and waits for another.
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
    rotated += await rotateOnce(db, keyring);
  }
  let left = 0;
  // What a server without the new key has written meanwhile is left too, though it can be read.
  for (const [keyId, { stored, unreadable }] of await readKeyStates(db, keyring))
    left += keyId === keyring.current ? unreadable : stored;
  return { rotated, left };
}

async function rotateOnce(db: DataSource, keyring: Keyring): Promise<number> {
  let rotated = 0;
  for (const holder of holders) {
    let last: string | undefined = "00000000-0000-0000-0000-000000000000";
    while (last !== undefined) {
      const after: string = last;
      const next = await db.transaction((tx) => rotateNext(tx, keyring, holder, after));
      rotated += next.rotated;
      last = next.id;
    }
  }
  return rotated;
}

interface Stored {
  id: string;
  organizationId: string;
  variables: StoredVariable[];
}

/** Encrypts the secrets of the next docker image anew, of which some are not under the first key. */
async function rotateNext(
  tx: EntityManager,
  keyring: Keyring,
  { table, owner }: Holder,
  after: string,
): Promise<{ id?: string; rotated: number }> {
  const [next]: Stored[] = await tx.query(
    `select d.${owner}_id as id, o.organization_id as "organizationId", d.environment_variables as variables
     from ${table} d join ${owner} o on o.id = d.${owner}_id
     where d.${hasSecrets} and d.${owner}_id > $1 and exists (
       select from jsonb_array_elements(d.environment_variables) e where e ->> 'keyId' <> $2)
     order by 1 limit 1 for no key update of d`,
    [after, keyring.current],
  );
  if (!next) return { rotated: 0 };
  const { id, organizationId, variables } = next;
  const anew = variables.map((variable) => rotate(keyring, organizationId, variable));
  const rotated = anew.filter((variable, index) => variable !== variables[index]).length;
  const update = `update ${table} set environment_variables = $2 where ${owner}_id = $1`;
  if (rotated > 0) await tx.query(update, [id, JSON.stringify(anew)]);
  return { id, rotated };
}

function rotate(keyring: Keyring, organizationId: string, variable: StoredVariable): StoredVariable {
  if (!("sealed" in variable) || variable.keyId === keyring.current) return variable;
  const binding = bindingOf(organizationId, variable.name);
  const value = keyring.open(variable, binding);
  return value === null ? variable : { name: variable.name, ...keyring.seal(value, binding) };
}
