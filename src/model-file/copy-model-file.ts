import type { EntityManager } from "typeorm";
import type { BlobState } from "../blob/blob.ts";
import { type Context, viewerOf } from "../context.ts";
import { once } from "../idempotency-key/idempotency-key.ts";
import { lockModelVersion } from "../model-version/edit-section.ts";
import { inLiveVersion } from "../model-version/model-version.ts";
import { uuidOf } from "../node/id.ts";
import { type Problems, readName } from "../text.ts";
import { live } from "../trash/trash-entry.ts";
import { notFound, Refusal, refuse, UserErrorCode } from "../user-error.ts";
import { addModelFile } from "./add-model-file.ts";
import type { CopyModelFileInput } from "./copy-model-file.input.ts";
import type { ModelFile } from "./model-file.ts";

export interface Copy {
  /** The file that is copied, and the version that gets the copy, as the client named them. */
  id: string;
  modelVersionId: string;
  input: CopyModelFileInput;
  idempotencyKey: string | null;
}

/** Adds a file that has the bytes of another one; none are moved. @returns its UUID @throws Refusal */
export async function copyModelFile(
  tx: EntityManager,
  context: Context,
  { id, modelVersionId, input, idempotencyKey: key }: Copy,
): Promise<string> {
  const viewer = viewerOf(context);
  const sourceUuid = uuidOf("ModelFile", id, ["id"]);
  const versionUuid = uuidOf("ModelVersion", modelVersionId, ["modelVersionId"]);
  const newName = readNameOf(input);
  const request = { key, mutation: "copyModelFile", input: [id, modelVersionId, input] };
  return once(tx, viewer, request, async (copyId) => {
    await lockModelVersion(tx, viewer, versionUuid, ["modelVersionId"]); // locks go from versions to bytes
    const { name, ...bytes } = await holdReadyFile(tx, viewer.organizationId, sourceUuid);
    const { replace } = input;
    await addModelFile(tx, context, { ...bytes, id: copyId, versionUuid, name: newName ?? name, replace });
  });
}

function readNameOf({ name }: CopyModelFileInput): string | null {
  if (name == null) return null;
  const problems: Problems = [];
  const read = readName(name, ["input", "name"], problems);
  if (problems.length > 0) throw new Refusal(problems);
  return read;
}

type Source = Pick<ModelFile, "name" | "filename" | "contentType" | "blobId">;

/** What the copy of a file has of it. Its bytes stay READY until the transaction ends. @throws Refusal at `id` */
async function holdReadyFile(tx: EntityManager, organizationId: string, uuid: string): Promise<Source> {
  const [found]: (Source & { state: BlobState })[] = await tx.query(
    `select r.name, r.filename, r.content_type as "contentType", r.blob_id as "blobId", b.state
     from model_file r join blob b on b.id = r.blob_id
     where r.id = $1 and r.organization_id = $2 and ${live} and ${inLiveVersion} and b.state <> 'DOOMED'
     for share of b`,
    [uuid, organizationId],
  );
  if (!found) notFound("file", ["id"]);
  const { state, ...source } = found;
  if (state === "READY") return source;
  refuse(UserErrorCode.CONFLICT, ["id"], `Expected a file whose bytes are READY, got one that is ${state}.`);
}
