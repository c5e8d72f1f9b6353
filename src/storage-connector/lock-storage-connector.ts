import type { EntityManager } from "typeorm";
import { rows } from "../rows.ts";
import { notFound } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { StorageConnector } from "./storage-connector.ts";

/** The connector, which nobody else changes until the transaction ends. @throws Refusal at `id` when there is none */
export async function lockStorageConnector(
  tx: EntityManager,
  { organizationId }: Viewer,
  uuid: string,
): Promise<StorageConnector> {
  const tail = "where r.id = $1 and r.organization_id = $2 for no key update";
  const [connector] = await rows(tx, StorageConnector, tail, [uuid, organizationId]);
  return connector ?? notFound("storage connector", ["id"]);
}
