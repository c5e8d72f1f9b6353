import type { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { limits } from "../limits.ts";
import { cutIntoParts, partSizeFor } from "./cut-into-parts.ts";
import { checkedBody } from "./s3-body.ts";
import { onS3 } from "./s3-errors.ts";
import { partsOf, someKeysBefore, uploadsOf } from "./s3-uploads.ts";
import { type ByteRange, type ReadHeaders, type Storage, StorageError, type StoredPart } from "./storage.ts";

/** The SDK's own names for what each request is about. */
interface Target {
  Bucket: string;
  Key: string;
}

/** Bytes in a bucket, under a prefix. */
export class S3Storage implements Storage {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor(client: S3Client, bucket: string, prefix: string) {
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  /** One part is on its way while the next is filled. What is smaller than one goes by itself. */
  async write(key: string, bytes: AsyncIterable<Buffer>, sizeHint?: number): Promise<void> {
    const partSize = partSizeFor(sizeHint);
    const parts: StoredPart[] = [];
    let uploadId: string | undefined;
    let sending: Promise<unknown> = Promise.resolve();
    let begun = false;
    try {
      for await (const body of cutIntoParts(bytes, partSize)) {
        await sending;
        begun = true;
        if (uploadId === undefined && body.length < partSize) return await this.#put(key, body);
        uploadId ??= await this.beginParts(key);
        sending = this.#putPart(key, uploadId, parts.length + 1, body).then((part) => parts.push(part));
        sending.catch(() => {}); // told by the next turn
      }
      await sending;
      if (uploadId !== undefined) await this.completeParts(key, uploadId, parts);
    } catch (error) {
      await sending.catch(() => {});
      if (begun) await this.remove(key).catch(() => {}); // else whoever has asked for the write does
      throw error;
    }
  }

  async size(key: string): Promise<number | null> {
    try {
      const head = await onS3(() => this.#client.send(new HeadObjectCommand(this.#at(key))));
      return head.ContentLength ?? 0;
    } catch (error) {
      if (error instanceof StorageError && error.failure === "MISSING") return null;
      throw error;
    }
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const Range = range && `bytes=${range.start}-${range.end}`;
    const command = new GetObjectCommand({ ...this.#at(key), ...(Range && { Range }) });
    const { Body, ContentLength } = await onS3(() => this.#client.send(command));
    const expected = range ? range.end - range.start + 1 : ContentLength;
    return checkedBody(Body as Readable, ContentLength, expected);
  }

  async remove(key: string): Promise<void> {
    await onS3(async () => {
      // In this order: an upload that is completed meanwhile is removed too.
      for await (const UploadId of uploadsOf(this.#client, this.#at(key)))
        await this.#client
          .send(new AbortMultipartUploadCommand({ ...this.#at(key), UploadId }))
          .catch(unlessMissing);
      await this.#client.send(new DeleteObjectCommand(this.#at(key))).catch(unlessMissing);
    });
  }

  async keysBefore(prefix: string, moment: Date): Promise<string[]> {
    const of = { Bucket: this.#bucket, Prefix: this.#prefix + prefix };
    const keys = await onS3(() => someKeysBefore(this.#client, of, moment));
    return keys.map((key) => key.slice(this.#prefix.length));
  }

  async beginParts(key: string): Promise<string> {
    const command = new CreateMultipartUploadCommand(this.#at(key));
    const { UploadId } = await onS3(() => this.#client.send(command));
    if (UploadId) return UploadId;
    throw new StorageError("UNAVAILABLE", "The object store begins an upload, and gives no id of it.");
  }

  partUrl(key: string, uploadId: string, number: number, expiresIn: number): Promise<string> {
    const part = { ...this.#at(key), UploadId: uploadId, PartNumber: number };
    return onS3(() => getSignedUrl(this.#client, new UploadPartCommand(part), { expiresIn }));
  }

  async writePart(
    key: string,
    uploadId: string,
    number: number,
    bytes: AsyncIterable<Buffer>,
    size: number,
  ): Promise<StoredPart> {
    const expected = (got: string) =>
      new StorageError("REFUSED", `Expected a part of ${size} bytes, got ${got}.`);
    const body = Buffer.allocUnsafe(size);
    let filled = 0;
    for await (const chunk of bytes) {
      if (filled + chunk.length > size) throw expected("more");
      filled += chunk.copy(body, filled);
    }
    if (filled < size) throw expected(String(filled));
    return this.#putPart(key, uploadId, number, body);
  }

  async listParts(key: string, uploadId: string): Promise<StoredPart[]> {
    const parts: StoredPart[] = [];
    try {
      await onS3(async () => {
        const upload = { ...this.#at(key), UploadId: uploadId };
        for await (const { PartNumber: number = 0, Size: size = 0, ETag = "" } of partsOf(
          this.#client,
          upload,
        )) {
          if (parts.length === limits.parts)
            throw new StorageError("UNAVAILABLE", "The object store tells of more parts than there can be.");
          parts.push({ number, size, etag: unquoted(ETag) });
        }
      });
    } catch (error) {
      // The store knows no such upload: it was completed or removed.
      if (!(error instanceof StorageError && error.failure === "MISSING")) throw error;
    }
    return parts.sort((one, other) => one.number - other.number);
  }

  async completeParts(key: string, uploadId: string, parts: StoredPart[]): Promise<void> {
    const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: `"${unquoted(etag)}"` }));
    const upload = { ...this.#at(key), UploadId: uploadId, MultipartUpload: { Parts } };
    try {
      await onS3(() => this.#client.send(new CompleteMultipartUploadCommand(upload)));
    } catch (error) {
      // It was done, and the answer was lost: the second time the store does not know the upload any more.
      const size = parts.reduce((sum, part) => sum + part.size, 0);
      if ((await this.size(key).catch(() => null)) !== size) throw error;
    }
  }

  readUrl(key: string, expiresIn: number, { contentType, contentDisposition }: ReadHeaders): Promise<string> {
    const command = new GetObjectCommand({
      ...this.#at(key),
      ResponseContentType: contentType,
      ResponseContentDisposition: contentDisposition,
    });
    return onS3(() => getSignedUrl(this.#client, command, { expiresIn }));
  }

  async #put(key: string, body: Buffer): Promise<void> {
    await onS3(() => this.#client.send(new PutObjectCommand({ ...this.#at(key), Body: body })));
  }

  async #putPart(key: string, uploadId: string, number: number, body: Buffer): Promise<StoredPart> {
    const part = { ...this.#at(key), UploadId: uploadId, PartNumber: number, Body: body };
    const { ETag = "" } = await onS3(() => this.#client.send(new UploadPartCommand(part)));
    return { number, size: body.length, etag: unquoted(ETag) };
  }

  #at(key: string): Target {
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }
}

/** Some stores quote them in one answer, and not in another. */
function unquoted(etag: string): string {
  return etag.replaceAll('"', "");
}

function unlessMissing(error: { $metadata?: { httpStatusCode?: number } }): void {
  if (error.$metadata?.httpStatusCode !== 404) throw error;
}
