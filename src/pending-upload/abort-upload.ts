import type { EntityManager } from "typeorm";
import { doomBlob } from "../blob/discard-blob.ts";
import { type Context, viewerOf } from "../context.ts";
import { rows } from "../rows.ts";
import { notFound, refuse, UserErrorCode } from "../user-error.ts";
import { PendingUpload, visible } from "./pending-upload.ts";

/** Where the parts of an upload are that was given up. */
export interface Aborted {
  blobId: string;
  connectorId: string | null;
}

/** Gives an upload up. @throws Refusal at `id` */
export async function abortUpload(tx: EntityManager, context: Context, uuid: string): Promise<Aborted> {
  const tail = `where r.id = $1 and ${visible} for update`;
  const [upload] = await rows(tx, PendingUpload, tail, [uuid, viewerOf(context).organizationId]);
  if (!upload) notFound("upload", ["id"]);
  const { blobId } = upload;
  if (blobId === null) refuse(UserErrorCode.CONFLICT, ["id"], "It has been completed: delete its file.");
  await tx.delete(PendingUpload, { id: uuid });
  return { blobId, connectorId: await doomBlob(tx, blobId) };
}

/**
 * Removes the parts at once, as far as it goes. The doomed row stays until a sweep, which removes what is left, and once more
 * what an object store may have been taking just then.
 */
export async function removeParts(
  { db, storages }: Context,
  { blobId, connectorId }: Aborted,
): Promise<void> {
  if (connectorId === null) return;
  try {
    await (await storages.of(db, connectorId)).remove(blobId);
  } catch {
    // The upload is gone all the same.
  }
}
