import type { DataSource } from "typeorm";
import type { Storages } from "../storage-connector/storages.ts";

/**
 * Removes a blob that nothing refers to, with its bytes; leaves one that something refers to as it is. The row is
 * doomed before its bytes are removed and goes after them, so a crash in between leaves a row for the next sweep.
 *
 * @returns whether the blob is gone now.
 * @throws StorageError when the storage does not remove the bytes; the blob stays doomed
 */
export async function discardBlob(db: DataSource, storages: Storages, blobId: string): Promise<boolean> {
  const [doomed]: { connectorId: string }[] = await db.query(
    `with now_doomed as (
       update blob set state = 'DOOMED' where id = $1 and state <> 'DOOMED' and not is_blob_used(id)
       returning storage_connector_id
     )
     select storage_connector_id as "connectorId" from now_doomed
     union all select storage_connector_id from blob where id = $1 and state = 'DOOMED'`,
    [blobId],
  );
  if (!doomed) return false;
  await (await storages.of(db, doomed.connectorId)).remove(blobId);
  await db.query("delete from blob where id = $1", [blobId]);
  return true;
}
