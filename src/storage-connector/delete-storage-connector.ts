import type { EntityManager } from "typeorm";
import { onConstraint } from "../database-error.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { lockStorageConnector } from "./lock-storage-connector.ts";
import { StorageKind } from "./storage-connector.ts";

onConstraint(
  "blob_organization_id_storage_connector_id_fkey",
  UserErrorCode.CONFLICT,
  ["id"],
  "Expected a storage connector without bytes, and there are files in it, maybe in the trash, or on their way to it or away.",
);

/**
 * Only for who has the lock of the organization.
 *
 * @param abandon whether bytes of a bucket are forgotten that nothing refers to, and that could not be removed from it yet.
 * @throws Refusal
 */
export async function deleteStorageConnector(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  abandon: boolean,
): Promise<void> {
  const { isDefault, kind } = await lockStorageConnector(tx, viewer, uuid);
  if (isDefault)
    refuse(UserErrorCode.CONFLICT, ["id"], "Expected another storage connector than the default one.");
  if (abandon && kind === StorageKind.S3)
    await tx.query("delete from blob where storage_connector_id = $1 and state = 'DOOMED'", [uuid]);
  await tx.query("delete from storage_connector where id = $1", [uuid]);
}
