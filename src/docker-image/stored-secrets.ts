import type { DataSource, EntityManager } from "typeorm";
import type { Keyring } from "../keyring.ts";
import { hasSecrets } from "./docker-image.ts";
import { bindingOf, type StoredVariable } from "./environment-variable.ts";

/** Every secret of every docker image. */
const secrets = `
  docker_image d
  join model_version v on v.id = d.model_version_id
  cross join lateral jsonb_array_elements(d.environment_variables) e
  where d.${hasSecrets} and e ->> 'keyId' is not null`;

/**
 * Looks at which keys secrets are stored under, and tries each key on one of them.
 *
 * @returns a line for the operator about each key that is missing, or is another one than it was. Nothing else
 *   depends on them, so this does not stop a start.
 */
export async function findUnreadableSecrets(db: DataSource, keyring: Keyring): Promise<string[]> {
  const found: { keyId: string; sealed: string; name: string; organizationId: string; count: number }[] =
    await db.query(
      `select distinct on (1) e ->> 'keyId' as "keyId", e ->> 'sealed' as sealed, e ->> 'name' as name,
         v.organization_id as "organizationId", count(*) over (partition by e ->> 'keyId')::int as count
       from ${secrets} order by 1`,
    );
  return found
    .filter((secret) => keyring.open(secret, bindingOf(secret.organizationId, secret.name)) === null)
    .map(({ keyId, count }) => {
      const expected = keyring.has(keyId)
        ? `the key "${keyId}" that encrypted ${count} stored secrets, got another one under this id`
        : `the key "${keyId}" that encrypted ${count} stored secrets, got none`;
      return `SECRET_KEYS: expected ${expected}; they cannot be read until it is back, everything else can.`;
    });
}

/**
 * Encrypts all secrets anew that are not under the first key. It can run while servers do, be interrupted, and run
 * again: an edit and a rotation of one docker image wait for each other. Each docker image has a transaction of its own,
 * so that the rotation never holds one and waits for another.
 *
 * @returns how many secrets were encrypted anew, and how many are left because their key is missing or wrong. A key can be
 *   taken out of SECRET_KEYS when all servers have started with the new one before it, and then nothing is left.
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
  const [{ left }]: [{ left: number }] = await db.query(
    `select count(*)::int as left from ${secrets} and e ->> 'keyId' <> $1`,
    [keyring.current],
  );
  return { rotated, left };
}

async function rotateOnce(db: DataSource, keyring: Keyring): Promise<number> {
  let rotated = 0;
  let last: string | undefined = "00000000-0000-0000-0000-000000000000";
  while (last !== undefined) {
    const after: string = last;
    const next = await db.transaction((tx) => rotateNext(tx, keyring, after));
    rotated += next.rotated;
    last = next.id;
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
  after: string,
): Promise<{ id?: string; rotated: number }> {
  const [next]: Stored[] = await tx.query(
    `select d.model_version_id as id, v.organization_id as "organizationId", d.environment_variables as variables
     from docker_image d join model_version v on v.id = d.model_version_id
     where d.${hasSecrets} and d.model_version_id > $1 and exists (
       select from jsonb_array_elements(d.environment_variables) e where e ->> 'keyId' <> $2)
     order by 1 limit 1 for no key update of d`,
    [after, keyring.current],
  );
  if (!next) return { rotated: 0 };
  const { id, organizationId, variables } = next;
  const anew = variables.map((variable) => rotate(keyring, organizationId, variable));
  const rotated = anew.filter((variable, index) => variable !== variables[index]).length;
  const update = "update docker_image set environment_variables = $2 where model_version_id = $1";
  if (rotated > 0) await tx.query(update, [id, JSON.stringify(anew)]);
  return { id, rotated };
}

function rotate(keyring: Keyring, organizationId: string, variable: StoredVariable): StoredVariable {
  if (!("sealed" in variable) || variable.keyId === keyring.current) return variable;
  const binding = bindingOf(organizationId, variable.name);
  const value = keyring.open(variable, binding);
  return value === null ? variable : { name: variable.name, ...keyring.seal(value, binding) };
}
