import type { EntityManager } from "typeorm";
import { announceBytes } from "../blob/stage-parts.ts";
import { type Context, viewerOf } from "../context.ts";
import type { FileOwner } from "../file/file-owner.ts";
import { once } from "../idempotency-key/idempotency-key.ts";
import { limits } from "../limits.ts";
import { uuidOf } from "../node/id.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import { cutIntoParts } from "./cut-into-parts.ts";
import { type BeginUploadInput, readUpload } from "./pending-upload.input.ts";
import { PendingUpload, pending } from "./pending-upload.ts";

export interface BeginUploadRequest {
  owner: FileOwner;
  ownerId: string;
  input: BeginUploadInput;
  idempotencyKey: string | null;
}

/** @returns the UUID of the upload, whose parts the storage does not know of yet. @throws Refusal */
export async function beginUpload(
  tx: EntityManager,
  context: Context,
  { owner, ownerId, input, idempotencyKey: key }: BeginUploadRequest,
): Promise<string> {
  const viewer = viewerOf(context);
  const ownerUuid = uuidOf(owner.type, ownerId, [owner.argument]);
  const { size, sha256, ...file } = readUpload(input, context.maxFileSize);
  const request = { key, mutation: `begin${owner.fileType}Upload`, input: [ownerId, input] };

  return once(tx, viewer, request, async (id) => {
    const { organizationId, userId: createdById } = viewer;
    await owner.lock(tx, viewer, ownerUuid, [owner.argument]);
    await owner.foresee(tx, viewer, ownerUuid, file);
    await expectRoom(tx, owner, ownerUuid);
    const blobId = await announceBytes(tx, organizationId, { size, sha256 });
    const expiresAt = () => `clock_timestamp() + interval '${24 * limits.uploadDays} hours'`;
    const upload = { id, organizationId, [owner.argument]: ownerUuid, blobId, createdById, expiresAt };
    await tx
      .createQueryBuilder()
      .insert()
      .into(PendingUpload)
      .values({ ...upload, ...file, ...cutIntoParts(size) })
      .updateEntity(false)
      .execute();
  });
}

/** The owner is locked: nobody else begins one meanwhile. */
async function expectRoom(tx: EntityManager, { argument }: FileOwner, ownerUuid: string): Promise<void> {
  const [{ count }]: [{ count: number }] = await tx.query(
    `select count(*)::int as count from pending_upload r where (r.model_version_id = $1 or r.experiment_id = $1) and ${pending}`,
    [ownerUuid],
  );
  if (count < limits.pendingUploads) return;
  const message = `Expected fewer than ${limits.pendingUploads} uploads under way there, got ${count}: complete or abort some.`;
  refuse(UserErrorCode.CONFLICT, [argument], message);
}
