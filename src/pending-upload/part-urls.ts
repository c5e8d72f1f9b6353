import { type Blob, blobById } from "../blob/blob.ts";
import { openParts } from "../blob/stage-parts.ts";
import { type Context, viewerOf } from "../context.ts";
import { apiError } from "../errors.ts";
import { limits } from "../limits.ts";
import { may } from "../permissions.ts";
import { signUrl } from "../signed-url.ts";
import { notFound, refuse, UserErrorCode } from "../user-error.ts";
import { isPart, sizeOfPart } from "./cut-into-parts.ts";
import type { PendingUpload } from "./pending-upload.ts";
import type { PartUrl } from "./uploaded-part.ts";

/** What the signature of a part's URL is for. */
export const uploadPart = "upload-part";

/** @throws Refusal; FORBIDDEN, SECRETS_NOT_CONFIGURED */
export async function partUrls(
  context: Context,
  upload: PendingUpload,
  numbers: number[],
  expiresIn: number,
): Promise<PartUrl[]> {
  const { role } = viewerOf(context);
  if (!may(role, "Mutation.beginModelFileUpload"))
    throw apiError("FORBIDDEN", `partUrls needs the role EDITOR; this API token has ${role}.`);
  expectArguments(upload, numbers, expiresIn);
  const blob = await awaitedBlob(context, upload);
  const storage = await context.storages.of(context.db, blob.storageConnectorId);
  const partsId = await openParts(context, blob);
  const urlOf = async (number: number) =>
    (await storage.partUrl(blob.id, partsId, number, expiresIn)) ??
    ownUrl(context, upload, number, expiresIn);
  return Promise.all(
    numbers.map(async (number) => ({ number, url: await urlOf(number), size: sizeOfPart(upload, number) })),
  );
}

function expectArguments(upload: PendingUpload, numbers: number[], expiresIn: number): void {
  if (numbers.length < 1 || numbers.length > limits.partUrls)
    invalid("numbers", `1 to ${limits.partUrls} numbers`, numbers.length);
  for (const number of numbers)
    if (!isPart(upload, number)) invalid("numbers", `numbers from 1 to ${upload.partCount}`, number);
  if (expiresIn < 1 || expiresIn > limits.partUrlSeconds)
    invalid("expiresIn", `1 to ${limits.partUrlSeconds} seconds`, expiresIn);
}

function invalid(argument: string, expected: string, got: number): never {
  refuse(UserErrorCode.INVALID, [argument], `Expected ${expected}, got ${got}.`);
}

async function awaitedBlob(context: Context, { blobId }: PendingUpload): Promise<Blob> {
  const blob = blobId === null ? null : await blobById(context, blobId);
  return blob?.state === "STAGED" ? blob : notFound("upload under way", ["id"]);
}

/** Bound to the token that asked for it, whose organization is the upload's. */
function ownUrl(context: Context, { id }: PendingUpload, number: number, expiresIn: number): string {
  const path = `/uploads/${id}/parts/${number}`;
  const parameters = { token: viewerOf(context).tokenId };
  return signUrl(context.keyring, context.baseUrl, { purpose: uploadPart, path, parameters }, expiresIn);
}
