import type { EntityManager } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { blobById } from "../blob/blob.ts";
import { gatherParts } from "../blob/stage-parts.ts";
import { type Context, viewerOf } from "../context.ts";
import { refusedAt } from "../database-error.ts";
import { addModelFile } from "../model-file/add-model-file.ts";
import { ModelFile } from "../model-file/model-file.ts";
import { lockModelVersion } from "../model-version/edit-section.ts";
import { rows } from "../rows.ts";
import type { StoredPart } from "../storage-connector/storage.ts";
import type { Problems } from "../text.ts";
import { live } from "../trash/trash-entry.ts";
import { notFound, Refusal, refuse, UserErrorCode } from "../user-error.ts";
import { compareParts } from "./compare-parts.ts";
import type { UploadedPartInput } from "./pending-upload.input.ts";
import { PendingUpload, pendingUploadById, visible } from "./pending-upload.ts";

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

/** Makes a file of the parts. @returns its UUID, also when this had been done before. @throws Refusal at `id` */
export async function completeModelFileUpload(
  tx: EntityManager,
  context: Context,
  uploadUuid: string,
  parts: StoredPart[],
): Promise<string> {
  const upload = await lockUpload(tx, context, uploadUuid);
  if (upload.blobId === null) return expectFile(tx, String(upload.modelFileId));
  const { modelVersionId: versionUuid, blobId, name, filename, contentType, replace } = upload;
  const id = uuidv7();
  await gatherParts(tx, blobId, parts);
  const file = { id, versionUuid, blobId, name, filename, contentType, replace };
  await refusedAt(["id"], addModelFile(tx, context, file));
  await tx.update(PendingUpload, { id: uploadUuid }, { blobId: null, modelFileId: id });
  return id;
}

/** The upload and its version, in the order in which everybody locks. @throws Refusal at `id` */
async function lockUpload(tx: EntityManager, context: Context, uuid: string): Promise<PendingUpload> {
  const viewer = viewerOf(context);
  const find = async (lock: string) => {
    const tail = `where r.id = $1 and ${visible} ${lock}`;
    const [upload] = await rows(tx, PendingUpload, tail, [uuid, viewer.organizationId]);
    return upload ?? notFound("upload", ["id"]);
  };
  await lockModelVersion(tx, viewer, (await find("")).modelVersionId, ["id"]);
  return find("for no key update");
}

/** The file that an upload became when it was completed before. @throws Refusal at `id` */
async function expectFile(tx: EntityManager, uuid: string): Promise<string> {
  const [file] = await rows(tx, ModelFile, `where r.id = $1 and ${live}`, [uuid]);
  if (!file) refuse(UserErrorCode.NOT_FOUND, ["id"], "The file that it has become is gone.");
  return uuid;
}
