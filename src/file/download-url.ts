import type { Blob } from "../blob/blob.ts";
import { type Context, viewerOf } from "../context.ts";
import { apiError } from "../errors.ts";
import type { Keyring } from "../keyring.ts";
import { limits } from "../limits.ts";
import { parseGlobalId, toGlobalId } from "../node/id.ts";
import { readSignedUrl, signUrl } from "../signed-url.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import type { File } from "./file.ts";

/** What a URL lets download, and whose it is: it is no longer good when the bytes are others, or the token is not. */
export interface DownloadLink {
  fileType: string;
  fileId: string;
  blobId: string;
  organizationId: string;
  tokenId: string;
}

const purpose = "download";

/** @throws Refusal at `expiresIn`; SECRETS_NOT_CONFIGURED */
export function downloadUrl(
  context: Context,
  fileType: string,
  file: File,
  { blob, expiresIn }: { blob: Blob; expiresIn: number },
): string {
  if (expiresIn < 1 || expiresIn > limits.downloadSeconds) {
    const message = `Expected 1 to ${limits.downloadSeconds} seconds, got ${expiresIn}.`;
    refuse(UserErrorCode.INVALID, ["expiresIn"], message);
  }
  const path = `/files/${toGlobalId(fileType, file.id)}/${encodeURIComponent(file.filename)}`;
  const parameters = { blob: blob.id, organization: file.organizationId, token: viewerOf(context).tokenId };
  return signUrl(context.keyring, context.baseUrl, { purpose, path, parameters }, expiresIn);
}

/** @throws GraphQLError with the code FORBIDDEN */
export function readDownloadUrl(keyring: Keyring, url: string): DownloadLink {
  const signed = readSignedUrl(keyring, purpose, url);
  if (signed === "FORGED") throw apiError("FORBIDDEN", "Expected a URL as `downloadUrl` gives it.");
  if (signed === "EXPIRED") throw apiError("FORBIDDEN", "This URL has expired: ask for another one.");
  const read = (name: string) => signed.parameters.get(name) ?? "";
  const { type = "", uuid = "" } = parseGlobalId(signed.path.split("/")[2] ?? "") ?? {};
  return {
    fileType: type,
    fileId: uuid,
    blobId: read("blob"),
    organizationId: read("organization"),
    tokenId: read("token"),
  };
}
