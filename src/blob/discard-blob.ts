import type { DataSource, EntityManager } from "typeorm";
import type { Storages } from "../storage-connector/storages.ts";

/**
 * Removes bytes that nobody writes any more and nothing refers to, such as those of an upload that was refused. What a
 * failure leaves on the way, the sweep removes.
 *
 * @param forget whether the doomed row goes at once too, so that no sweep looks again.
 * @returns whether they are gone: not where something refers to them.
 * @throws StorageError when the storage does not remove them; the blob stays doomed
 */
export async function discardBlob(
  db: DataSource,
  storages: Storages,
  blobId: string,
  { forget = true } = {},
): Promise<boolean> {
  const connectorId = await db.transaction((tx) => doomBlob(tx, blobId));
  if (connectorId === null) return false;
  await (await storages.of(db, connectorId)).remove(blobId);
  if (forget) await db.query("delete from blob where id = $1 and state = 'DOOMED'", [blobId]);
  return true;
}

/**
 * Dooms a blob, unless something refers to it: from then on nothing can. To be committed before its bytes are touched, so that
 * no row ever claims bytes that are gone.
 *
 * @returns the connector of its storage when it was doomed by this.
 */
export async function doomBlob(tx: EntityManager, blobId: string): Promise<string | null> {
  await tx.query("select from blob where id = $1 for no key update", [blobId]);
  // A statement of its own: it sees what was committed while that one waited for the lock.
  const [[doomed]]: [{ connectorId: string }[], number] = await tx.query(
    `update blob set state = 'DOOMED' where id = $1 and state <> 'DOOMED' and not is_blob_used(id)
     returning storage_connector_id as "connectorId"`,
    [blobId],
  );
  return doomed?.connectorId ?? null;
}
