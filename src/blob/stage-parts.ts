import type { EntityManager } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import type { Context } from "../context.ts";
import type { StoredPart } from "../storage-connector/storage.ts";
import { defaultConnector } from "../storage-connector/storages.ts";
import { notFound } from "../user-error.ts";
import { Blob } from "./blob.ts";

/** Announces bytes that will come in parts, with the size and digest that they are said to have. @returns the blob's id */
export async function announceBytes(
  tx: EntityManager,
  organizationId: string,
  announced: { size: number; sha256: Buffer | null },
): Promise<string> {
  const { id: storageConnectorId } = await defaultConnector(tx, organizationId);
  const id = uuidv7();
  await tx.insert(Blob, { id, organizationId, storageConnectorId, state: "STAGED", ...announced });
  return id;
}

/**
 * The storage's own id of the upload in parts, which begins when there is none yet: the row comes first, and after a crash
 * between the two whoever asks next begins it. Of two that do so at once one finds that the other was faster.
 *
 * @throws Refusal when the bytes are not awaited any more
 */
export async function openParts({ db, storages }: Context, blob: Blob): Promise<string> {
  if (blob.partsId !== null) return blob.partsId;
  const storage = await storages.of(db, blob.storageConnectorId);
  const begun = await storage.beginParts(blob.id);
  const [[row]]: [{ partsId: string }[], number] = await db.query(
    `update blob set parts_id = coalesce(parts_id, $2) where id = $1 and state = 'STAGED' returning parts_id as "partsId"`,
    [blob.id, begun],
  );
  return row?.partsId ?? notFound("upload", ["id"]);
}

/** All parts have arrived: the verifier joins them, and reads them. */
export async function gatherParts(tx: EntityManager, blobId: string, parts: StoredPart[]): Promise<void> {
  await tx.query(
    "update blob set state = 'VERIFYING', check_at = clock_timestamp() where id = $1 and state = 'STAGED'",
    [blobId],
  );
  await tx.query("insert into blob_parts (blob_id, parts) values ($1, $2)", [blobId, JSON.stringify(parts)]);
}
