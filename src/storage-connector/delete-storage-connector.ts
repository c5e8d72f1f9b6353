import type { EntityManager } from "typeorm";
import { onConstraint } from "../database-error.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { lockStorageConnector } from "./lock-storage-connector.ts";

onConstraint(
  "blob_organization_id_storage_connector_id_fkey",
  UserErrorCode.CONFLICT,
  ["id"],
  "Expected a storage connector without bytes, and there are files in it, maybe in the trash, or on their way to it or away.",
);

/** Only for who has the lock of the organization. @throws Refusal */
export async function deleteStorageConnector(tx: EntityManager, viewer: Viewer, uuid: string): Promise<void> {
  const { isDefault } = await lockStorageConnector(tx, viewer, uuid);
  if (isDefault)
    refuse(UserErrorCode.CONFLICT, ["id"], "Expected another storage connector than the default one.");
  await tx.query("delete from storage_connector where id = $1", [uuid]);
}
