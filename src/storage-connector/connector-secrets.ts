import type { DataSource, EntityManager } from "typeorm";
import type { Keyring, Sealed } from "../keyring.ts";
import { rows } from "../rows.ts";
import type { SecretStore } from "../secret-store.ts";
import { StorageConnector } from "./storage-connector.ts";

/** What a secret access key belongs to: it opens nothing in another connector. */
export function connectorBinding({ organizationId, id }: Pick<StorageConnector, "organizationId" | "id">) {
  return ["storageConnector", organizationId, id];
}

/** The secret access keys of connectors; few enough to be read at once. */
export const connectorSecrets: SecretStore = {
  async *secrets(db: DataSource): AsyncGenerator<Sealed & { binding: string[] }> {
    const found = await rows(db, StorageConnector, "where r.secret_access_key is not null", []);
    for (const connector of found)
      if (connector.secretAccessKey)
        yield { ...connector.secretAccessKey, binding: connectorBinding(connector) };
  },

  async rotateNext(tx: EntityManager, keyring: Keyring, after: string) {
    const tail = `where r.secret_access_key ->> 'keyId' <> $1 and r.id > $2 order by r.id limit 1 for no key update`;
    const [next] = await rows(tx, StorageConnector, tail, [keyring.current, after]);
    if (!next?.secretAccessKey) return { rotated: 0 };
    const binding = connectorBinding(next);
    const secret = keyring.open(next.secretAccessKey, binding);
    if (secret === null) return { id: next.id, rotated: 0 };
    await tx.update(StorageConnector, { id: next.id }, { secretAccessKey: keyring.seal(secret, binding) });
    return { id: next.id, rotated: 1 };
  },
};
