import type { EntityManager } from "typeorm";
import { announceBytes } from "../blob/stage-parts.ts";
import { type Context, viewerOf } from "../context.ts";
import { once } from "../idempotency-key/idempotency-key.ts";
import { limits } from "../limits.ts";
import { expectFreeName } from "../model-file/expect-free-name.ts";
import { lockModelVersion } from "../model-version/edit-section.ts";
import { uuidOf } from "../node/id.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import { cutIntoParts } from "./cut-into-parts.ts";
import { type BeginModelFileUploadInput, readUpload } from "./pending-upload.input.ts";
import { PendingUpload, pending } from "./pending-upload.ts";

export interface BeginModelFileUploadRequest {
  modelVersionId: string;
  input: BeginModelFileUploadInput;
  idempotencyKey: string | null;
}

/** @returns the UUID of the upload, whose parts the storage does not know of yet. @throws Refusal */
export async function beginModelFileUpload(
  tx: EntityManager,
  context: Context,
  { modelVersionId, input, idempotencyKey: key }: BeginModelFileUploadRequest,
): Promise<string> {
  const viewer = viewerOf(context);
  const modelVersionUuid = uuidOf("ModelVersion", modelVersionId, ["modelVersionId"]);
  const { size, sha256, ...file } = readUpload(input, context.maxFileSize);
  const request = { key, mutation: "beginModelFileUpload", input: [modelVersionId, input] };

  return once(tx, viewer, request, async (id) => {
    const { organizationId, userId: createdById } = viewer;
    await lockModelVersion(tx, viewer, modelVersionUuid, ["modelVersionId"]);
    if (!file.replace) await expectFreeName(tx, modelVersionUuid, file.name);
    await expectRoom(tx, modelVersionUuid);
    const blobId = await announceBytes(tx, organizationId, { size, sha256 });
    const expiresAt = () => `clock_timestamp() + interval '${24 * limits.uploadDays} hours'`;
    const upload = { id, organizationId, modelVersionId: modelVersionUuid, blobId, createdById, expiresAt };
    await tx
      .createQueryBuilder()
      .insert()
      .into(PendingUpload)
      .values({ ...upload, ...file, ...cutIntoParts(size) })
      .updateEntity(false)
      .execute();
  });
}

/** The version is locked: nobody else begins one meanwhile. */
async function expectRoom(tx: EntityManager, modelVersionUuid: string): Promise<void> {
  const [{ count }]: [{ count: number }] = await tx.query(
    `select count(*)::int as count from pending_upload r where model_version_id = $1 and ${pending}`,
    [modelVersionUuid],
  );
  if (count < limits.pendingUploads) return;
  const message = `Expected fewer than ${limits.pendingUploads} uploads under way for this version, got ${count}: complete or abort some.`;
  refuse(UserErrorCode.CONFLICT, ["modelVersionId"], message);
}
