import type { EntityManager } from "typeorm";
import { readSha256 } from "../blob/read-sha256.ts";
import { settleBlob } from "../blob/settle-blob.ts";
import type { StagedBlob } from "../blob/stage-blob.ts";
import { type Context, viewerOf } from "../context.ts";
import { once, recall } from "../idempotency-key/idempotency-key.ts";
import { type Creation, create, transact } from "../mutation.ts";
import { uuidOf } from "../node/id.ts";
import { type Problems, readName } from "../text.ts";
import { Refusal, refuse, type UserError, UserErrorCode } from "../user-error.ts";
import type { NewFileInput } from "./file.input.ts";
import type { FileOwner } from "./file-owner.ts";
import { readContentType } from "./read-content-type.ts";
import { readFilename } from "./read-filename.ts";

/** All that is known of a new file before its bytes have arrived. */
interface Request {
  owner: FileOwner;
  ownerId: string;
  input: Omit<NewFileInput, "file">;
  filename: string;
  idempotencyKey: string | null;
}

/** Adds a file whose bytes come with the request that is being answered. */
export async function createFile<Row>(
  context: Context,
  owner: FileOwner,
  given: { ownerId: string; input: NewFileInput; idempotencyKey: string | null },
  read: Creation<Row>["read"],
): Promise<{ row: Row | null; userErrors: UserError[] }> {
  const { ownerId, idempotencyKey } = given;
  const { file, ...input } = given.input;
  const request = { owner, ownerId, input, filename: await file.filename, idempotencyKey };
  const foreseen = await transact(context, async (tx) => ({ before: await foresee(tx, context, request) }));
  if (!foreseen.result) return { row: null, userErrors: foreseen.userErrors };

  const { before } = foreseen.result;
  const staged = before === null && (await file.arrived);
  const write = async (tx: EntityManager) => (staged ? add(tx, context, request, staged) : String(before));
  return create(context, { idempotencyKey, write, read });
}

/**
 * Refuses what can be refused before the bytes have arrived. What it admits may still be refused afterwards.
 *
 * @returns the UUID of the file when a request with this key has created it already: then nobody needs its bytes again.
 * @throws Refusal
 */
async function foresee(tx: EntityManager, context: Context, request: Request): Promise<string | null> {
  const viewer = viewerOf(context);
  const { owner } = request;
  const { ownerUuid, ...file } = readRequest(request);
  // Whoever adds this very file at the moment is waited for: then its name is not taken by somebody else.
  await owner.lock(tx, viewer, ownerUuid, [owner.argument]);
  const before = await recall(tx, viewer, keyed(request));
  if (before !== null) return before;
  await owner.foresee(tx, viewer, ownerUuid, file);
  return null;
}

/** @returns the UUID of the new file. @throws Refusal */
async function add(
  tx: EntityManager,
  context: Context,
  request: Request,
  staged: StagedBlob,
): Promise<string> {
  const viewer = viewerOf(context);
  const { owner } = request;
  const { sha256, ownerUuid, ...file } = readRequest(request);
  if (staged.size === 0)
    refuse(UserErrorCode.INVALID, ["input", "file"], "Expected a file with bytes, got an empty one.");
  if (sha256 && !sha256.equals(staged.sha256)) {
    const [expected, got] = [sha256, staged.sha256].map((digest) => digest.toString("hex"));
    refuse(UserErrorCode.INVALID, ["input", "sha256"], `Expected ${expected}, got bytes with ${got}.`);
  }
  return once(tx, viewer, keyed(request), async (id) => {
    await owner.lock(tx, viewer, ownerUuid, [owner.argument]);
    const blobId = await settleBlob(tx, staged.id, staged);
    await owner.add(tx, context, ownerUuid, { id, blobId, ...file });
  });
}

function readRequest({ owner, ownerId, input, filename }: Request) {
  const problems: Problems = [];
  const read = {
    ownerUuid: uuidOf(owner.type, ownerId, [owner.argument]),
    name: readName(input.name, ["input", "name"], problems),
    filename: readFilename(filename, ["input", "file"], problems),
    contentType: readContentType(input.contentType, ["input", "contentType"], problems),
    sha256: readSha256(input.sha256, ["input", "sha256"], problems),
    replace: input.replace,
  };
  if (problems.length > 0) throw new Refusal(problems);
  return read;
}

function keyed({ owner, idempotencyKey: key, ownerId, filename, input }: Request) {
  const { name, contentType, sha256, replace } = input;
  const request = { ownerId, filename, name, contentType, sha256, replace };
  return { key, mutation: `create${owner.fileType}`, input: request };
}
