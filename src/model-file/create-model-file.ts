import type { EntityManager } from "typeorm";
import { readSha256 } from "../blob/read-sha256.ts";
import { settleBlob } from "../blob/settle-blob.ts";
import type { StagedBlob } from "../blob/stage-blob.ts";
import { type Context, viewerOf } from "../context.ts";
import { once, recall } from "../idempotency-key/idempotency-key.ts";
import { lockModelVersion } from "../model-version/edit-section.ts";
import { uuidOf } from "../node/id.ts";
import { type Problems, readName } from "../text.ts";
import { Refusal, refuse, UserErrorCode } from "../user-error.ts";
import { addModelFile } from "./add-model-file.ts";
import { expectFreeName } from "./expect-free-name.ts";
import type { CreateModelFileInput } from "./model-file.input.ts";
import { readContentType } from "./read-content-type.ts";
import { readFilename } from "./read-filename.ts";

/** All that is known of a new file before its bytes have arrived. */
export interface ModelFileRequest {
  modelVersionId: string;
  input: Omit<CreateModelFileInput, "file">;
  filename: string;
  idempotencyKey: string | null;
}

/**
 * Refuses what can be refused before the bytes have arrived. What it admits may still be refused afterwards.
 *
 * @returns the UUID of the file when a request with this key has created it already: then nobody needs its bytes again.
 * @throws Refusal
 */
export async function foreseeModelFile(
  tx: EntityManager,
  context: Context,
  request: ModelFileRequest,
): Promise<string | null> {
  const viewer = viewerOf(context);
  const { versionUuid, name, replace } = readRequest(request);
  const before = await recall(tx, viewer, keyed(request));
  if (before !== null) return before;
  await lockModelVersion(tx, viewer, versionUuid, ["modelVersionId"]);
  if (!replace) await expectFreeName(tx, versionUuid, name);
  return null;
}

/** @returns the UUID of the new file. @throws Refusal */
export async function createModelFile(
  tx: EntityManager,
  context: Context,
  request: ModelFileRequest,
  staged: StagedBlob,
): Promise<string> {
  const viewer = viewerOf(context);
  const { sha256, ...file } = readRequest(request);
  if (staged.size === 0)
    refuse(UserErrorCode.INVALID, ["input", "file"], "Expected a file with bytes, got an empty one.");
  if (sha256 && !sha256.equals(staged.sha256)) {
    const [expected, got] = [sha256, staged.sha256].map((digest) => digest.toString("hex"));
    refuse(UserErrorCode.INVALID, ["input", "sha256"], `Expected ${expected}, got bytes with ${got}.`);
  }
  return once(tx, viewer, keyed(request), async (id) => {
    await lockModelVersion(tx, viewer, file.versionUuid, ["modelVersionId"]);
    const blobId = await settleBlob(tx, staged.id, staged);
    await addModelFile(tx, context, { id, blobId, ...file });
  });
}

function readRequest({ modelVersionId, input, filename }: ModelFileRequest) {
  const problems: Problems = [];
  const read = {
    versionUuid: uuidOf("ModelVersion", modelVersionId, ["modelVersionId"]),
    name: readName(input.name, ["input", "name"], problems),
    filename: readFilename(filename, ["input", "file"], problems),
    contentType: readContentType(input.contentType, ["input", "contentType"], problems),
    sha256: readSha256(input.sha256, ["input", "sha256"], problems),
    replace: input.replace,
  };
  if (problems.length > 0) throw new Refusal(problems);
  return read;
}

function keyed({ idempotencyKey: key, modelVersionId, filename, input }: ModelFileRequest) {
  const { name, contentType, sha256, replace } = input;
  const request = { modelVersionId, filename, name, contentType, sha256, replace };
  return { key, mutation: "createModelFile", input: request };
}
