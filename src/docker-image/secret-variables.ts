import type { DataSource, EntityManager } from "typeorm";
import type { Keyring, Sealed } from "../keyring.ts";
import { firstId, type SecretStore } from "../secret-store.ts";
import { hasSecrets } from "./docker-image.ts";
import { bindingOf, type StoredVariable } from "./environment-variable.ts";

interface Stored {
  id: string;
  organizationId: string;
  variables: StoredVariable[];
}

/** The secrets among the environment variables of a table of docker images, each of which belongs to a row of `owner`. */
export function secretVariables(table: string, owner: string): SecretStore {
  const organization = `d join ${owner} o on o.id = d.${owner}_id`;

  /** Page by page, because there can be many. */
  async function* secrets(db: DataSource): AsyncGenerator<Sealed & { binding: string[] }> {
    for (let after: string | undefined = firstId; after !== undefined; ) {
      const page: (Sealed & { id: string; name: string; organizationId: string })[] = await db.query(
        `select d.${owner}_id as id, e ->> 'keyId' as "keyId", e ->> 'sealed' as sealed, e ->> 'name' as name,
           o.organization_id as "organizationId"
         from (
           select * from ${table} d where d.${hasSecrets} and d.${owner}_id > $1 order by ${owner}_id limit 500
         ) ${organization}
         cross join lateral jsonb_array_elements(d.environment_variables) e
         where e ->> 'keyId' is not null order by 1`,
        [after],
      );
      for (const { organizationId, name, ...sealed } of page)
        yield { ...sealed, binding: bindingOf(organizationId, name) };
      after = page.at(-1)?.id;
    }
  }

  async function rotateNext(tx: EntityManager, keyring: Keyring, after: string) {
    const [next]: Stored[] = await tx.query(
      `select d.${owner}_id as id, o.organization_id as "organizationId", d.environment_variables as variables
       from ${table} ${organization}
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

  return { secrets, rotateNext };
}

function rotate(keyring: Keyring, organizationId: string, variable: StoredVariable): StoredVariable {
  if (!("sealed" in variable) || variable.keyId === keyring.current) return variable;
  const binding = bindingOf(organizationId, variable.name);
  const value = keyring.open(variable, binding);
  return value === null ? variable : { name: variable.name, ...keyring.seal(value, binding) };
}
