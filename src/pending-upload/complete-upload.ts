import type { EntityManager } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { blobById } from "../blob/blob.ts";
import { gatherParts } from "../blob/stage-parts.ts";
import { type Context, viewerOf } from "../context.ts";
import { refusedAt } from "../database-error.ts";
import { fileTypeOf } from "../file/file.ts";
import { rows } from "../rows.ts";
import type { StoredPart } from "../storage-connector/storage.ts";
import type { Problems } from "../text.ts";
import { notFound, Refusal, refuse, UserErrorCode } from "../user-error.ts";
import { compareParts } from "./compare-parts.ts";
import type { UploadedPartInput } from "./pending-upload.input.ts";
import { ownerOf, PendingUpload, pendingUploadById, visible } from "./pending-upload.ts";

/**
 * The parts that an upload is completed with, as the storage has them; none when it has been completed before.
 *
 * @throws Refusal with all that is wrong with them
 */
export async function readParts(
  context: Context,
  uploadUuid: string,
  given: readonly UploadedPartInput[],
): Promise<StoredPart[]> {
  const upload = (await pendingUploadById(context, uploadUuid)) ?? notFound("upload", ["id"]);
  if (upload.blobId === null) return [];
  const { id, partsId, storageConnectorId } = await blobById(context, upload.blobId);
  const storage = await context.storages.of(context.db, storageConnectorId);
  const stored = partsId === null ? [] : await storage.listParts(id, partsId);
  const problems: Problems = [];
  const parts = compareParts(upload, given, stored, problems);
  if (problems.length > 0) throw new Refusal(problems);
  return parts;
}

/** Makes a file of the parts. @returns the upload, completed by this or before. @throws Refusal at `id` */
export async function completeUpload(
  tx: EntityManager,
  context: Context,
  uploadUuid: string,
  parts: StoredPart[],
): Promise<PendingUpload> {
  const upload = await lockUpload(tx, context, uploadUuid);
  if (upload.blobId === null) return expectFile(tx, context, upload);
  const { blobId, name, filename, contentType, replace } = upload;
  const { owner, uuid: ownerUuid } = ownerOf(upload);
  const id = uuidv7();
  await gatherParts(tx, blobId, parts);
  const file = { id, blobId, name, filename, contentType, replace };
  await refusedAt(["id"], owner.add(tx, context, ownerUuid, file));
  await tx.update(PendingUpload, { id: uploadUuid }, { blobId: null, fileId: id });
  return { ...upload, blobId: null, fileId: id };
}

/** The upload and what gets its file, in the order in which everybody locks. @throws Refusal at `id` */
async function lockUpload(tx: EntityManager, context: Context, uuid: string): Promise<PendingUpload> {
  const viewer = viewerOf(context);
  const find = async (lock: string) => {
    const tail = `where r.id = $1 and ${visible} ${lock}`;
    const [upload] = await rows(tx, PendingUpload, tail, [uuid, viewer.organizationId]);
    return upload ?? notFound("upload", ["id"]);
  };
  const { owner, uuid: ownerUuid } = ownerOf(await find(""));
  await owner.lock(tx, viewer, ownerUuid, ["id"]);
  return find("for no key update");
}

/** The file that an upload became when it was completed before. @throws Refusal at `id` */
async function expectFile(
  tx: EntityManager,
  context: Context,
  upload: PendingUpload,
): Promise<PendingUpload> {
  const { type, visible: there } = fileTypeOf(ownerOf(upload).owner.fileType);
  const key = [upload.fileId, viewerOf(context).organizationId];
  const [file] = await rows(tx, type, `where r.id = $1 and ${there}`, key);
  if (!file) refuse(UserErrorCode.NOT_FOUND, ["id"], "The file that it has become is gone.");
  return upload;
}
