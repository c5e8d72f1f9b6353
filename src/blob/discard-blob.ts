import type { DataSource, EntityManager } from "typeorm";
import type { Storages } from "../storage-connector/storages.ts";
import type { Blob } from "./blob.ts";

/**
 * Gives up bytes that nobody writes any more, such as those of an upload that was refused. Whatever fails on the way, the
 * sweep does later.
 */
export async function discardBlob(db: DataSource, storages: Storages, blobId: string): Promise<void> {
  const doomed = await db.transaction((tx) => doomBlob(tx, blobId));
  if (doomed) await removeDoomed(db, storages, doomed);
}

export type Doomed = Pick<Blob, "id" | "storageConnectorId" | "size">;

/**
 * Dooms a blob, unless something refers to it: from then on nothing can. To be committed before its bytes are touched, so that
 * no row ever claims bytes that are gone.
 *
 * @param when another condition on the row `r`, with its parameters from `$2` on; looked at under the row's lock.
 * @returns the blob when it was doomed.
 */
export async function doomBlob(
  tx: EntityManager,
  blobId: string,
  when = "true",
  params: unknown[] = [],
): Promise<Doomed | null> {
  const tail = `from blob r where r.id = $1 and r.state <> 'DOOMED' and (${when}) for no key update`;
  const locked: unknown[] = await tx.query(`select ${tail}`, [blobId, ...params]);
  if (locked.length === 0) return null;
  // A statement of its own: it sees what was committed while this one waited for the lock.
  const [[doomed]]: [Doomed[], number] = await tx.query(
    `update blob set state = 'DOOMED' where id = $1 and not is_blob_used(id)
     returning id, storage_connector_id as "storageConnectorId", size`,
    [blobId],
  );
  return doomed ?? null;
}

/** Removes the bytes of a doomed blob, and then its row. Done twice, or by two at once, it is fine. */
export async function removeDoomed(
  db: DataSource,
  storages: Storages,
  { id, storageConnectorId }: Doomed,
): Promise<void> {
  const storage = await storages.of(db, storageConnectorId);
  await storage.remove(id);
  await db.query("delete from blob where id = $1 and state = 'DOOMED'", [id]);
}
