import contentDisposition from "content-disposition";
import type { DataSource } from "typeorm";
import { apiError } from "../errors.ts";
import type { Tagged, Wanted } from "../http/conditional.ts";
import { read } from "../postgres/read.ts";
import { tableOf } from "../rows.ts";
import type { ReadHeaders } from "../storage-connector/storage.ts";
import type { DownloadLink } from "./download-url.ts";
import { fileTypeOf } from "./file.ts";

/** A file whose bytes can be sent. */
export interface Download {
  filename: string;
  contentType: string | null;
  createdAt: Date;
  blobId: string;
  storageConnectorId: string;
  size: number;
  sha256: Buffer;
}

/** What a URL leads to, as long as whoever asked for it can still see it. @throws GraphQLError with the code NOT_FOUND */
export async function findDownload(db: DataSource, link: DownloadLink): Promise<Download> {
  const { fileType, fileId, blobId, organizationId, tokenId } = link;
  const { type, visible } = fileTypeOf(fileType);
  const [file] = await read<Download>(
    db,
    `select r.filename, r.content_type as "contentType", r.created_at as "createdAt", b.id as "blobId",
       b.storage_connector_id as "storageConnectorId", b.size, b.sha256
     from ${tableOf(db, type)} r join blob b on b.id = r.blob_id
       join api_token t on t.organization_id = r.organization_id
       join member m on (m.organization_id, m.user_id) = (t.organization_id, t.user_id)
     where r.id = $1 and ${visible} and b.id = $3 and b.state = 'READY'
       and t.id = $4 and coalesce(t.expires_at > now(), true) and m.removed_at is null`,
    [fileId, organizationId, blobId, tokenId],
  );
  if (file) return file;
  const reasons =
    "it was deleted or replaced, its bytes are damaged, or who asked for this URL has no access";
  throw apiError("NOT_FOUND", `There is no file here any more: ${reasons}.`);
}

/** Has the bytes read whole by whoever looks for what is to be checked, to know what is left of them. */
export async function noteDamage(db: DataSource, { blobId }: Download): Promise<void> {
  await db.query("update blob set check_at = now() where id = $1 and state = 'READY' and check_at is null", [
    blobId,
  ]);
}

/** What no other server begins its tags with. */
export const tagPrefix = '"sha256-';

export function tagOf({ size, sha256, createdAt: lastModified }: Download): Tagged {
  return { size, etag: `${tagPrefix}${sha256.toString("hex")}"`, lastModified };
}

/** As what a browser may save the bytes. Whoever does not read RFC 8187 gets ASCII: other bytes in a header mean different things. */
export function saveAs({ filename, contentType }: Download): ReadHeaders {
  return {
    contentType: contentType ?? "application/octet-stream",
    contentDisposition: contentDisposition(filename, { fallback: filename.replace(/[^ -~]/gu, "_") }),
  };
}

/** The headers of an answer, to a HEAD as to a GET. */
export function headersOf(file: Download, { status, range }: Wanted): { [name: string]: string | number } {
  const { size, etag, lastModified } = tagOf(file);
  const { contentType, contentDisposition } = saveAs(file);
  return {
    etag,
    "last-modified": lastModified.toUTCString(),
    "accept-ranges": "bytes",
    // Whether it may still be had is asked each time; and no proxy may compress it, and so change its length.
    "cache-control": "private, no-cache, no-transform",
    ...(status === 206 && { "content-range": `bytes ${range.start}-${range.end}/${size}` }),
    ...(status === 416 && { "content-range": `bytes */${size}` }),
    ...(range && {
      "content-length": range.end + 1 - range.start,
      "content-type": contentType,
      "content-disposition": contentDisposition,
      "content-security-policy": "sandbox; default-src 'none'",
      "cross-origin-resource-policy": "same-origin",
      "repr-digest": `sha-256=:${file.sha256.toString("base64")}:`,
    }),
  };
}
