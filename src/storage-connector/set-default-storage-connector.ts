import type { EntityManager } from "typeorm";
import type { Viewer } from "../viewer/viewer.ts";
import { lockStorageConnector } from "./lock-storage-connector.ts";

/** Only for who has the lock of the organization: of two that choose a default one comes last. @throws Refusal */
export async function setDefaultStorageConnector(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
): Promise<void> {
  const { isDefault } = await lockStorageConnector(tx, viewer, uuid);
  if (isDefault) return;
  const { organizationId } = viewer;
  // One after the other: there are not two for a moment, and that there is one is asked at the commit.
  const change = "update storage_connector set is_default";
  await tx.query(`${change} = false where organization_id = $1 and is_default`, [organizationId]);
  await tx.query(`${change} = true where id = $1`, [uuid]);
}
