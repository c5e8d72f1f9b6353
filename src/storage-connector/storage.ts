import type { Readable } from "node:stream";

/** One part of an upload in parts, as the storage knows it. */
export interface StoredPart {
  /** 1 to 10,000. */
  number: number;
  size: number;
  /** What the storage calls the part's content: opaque, and given back to complete the upload. */
  etag: string;
}

/** Bytes `start` to `end`, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Where bytes live. A key is the id of a `Blob`, whose row is committed before its first byte is written: so nothing is
 * ever stored that the database does not know, and a sweep finds what a crash has left behind.
 *
 * Every method throws a `StorageError` when the storage refuses, is full or cannot be reached.
 */
export interface Storage {
  /**
   * Writes all bytes of a stream under a key that has none yet, with constant memory.
   *
   * @param sizeHint the size when it is known before; S3 cuts its parts by it.
   * @returns when the bytes would survive a power failure. When it rejects, also because `bytes` did, nothing can be read
   *   under the key; `remove` takes away what is left.
   */
  write(key: string, bytes: AsyncIterable<Buffer>, sizeHint?: number): Promise<void>;

  /** The size of what is stored under a key; null when nothing is. */
  size(key: string): Promise<number | null>;

  /** The bytes; the stream fails when there are fewer than the range, or than there were when it was opened. */
  read(key: string, range?: ByteRange): Promise<Readable>;

  /** Removes the bytes, and every part of an upload in parts, complete or not. Fine when there is nothing. */
  remove(key: string): Promise<void>;

  /**
   * Some of the keys that begin with a prefix and were written before a moment, whole or not. Only for what no row speaks of: the
   * database knows all others.
   */
  keysBefore(prefix: string, moment: Date): Promise<string[]>;

  /** Begins an upload in parts; again, when a crash has lost its id. @returns the storage's own id of it */
  beginParts(key: string): Promise<string>;

  /** Where a client sends a part itself, for some seconds; null when parts come through this server. */
  partUrl(key: string, uploadId: string, number: number, expiresIn: number): Promise<string | null>;

  /** Takes a part that came through this server. It replaces an earlier one of the number, when it is whole. */
  writePart(
    key: string,
    uploadId: string,
    number: number,
    bytes: AsyncIterable<Buffer>,
    size: number,
  ): Promise<StoredPart>;

  /** The parts that are there, and would be after a power failure, in the order of their numbers. */
  listParts(key: string, uploadId: string): Promise<StoredPart[]>;

  /** Joins the parts. Done again after an answer that was lost, it is fine. */
  completeParts(key: string, uploadId: string, parts: StoredPart[]): Promise<void>;

  /** Where a client reads the bytes itself, for some seconds; null when they go through this server. */
  readUrl(key: string, expiresIn: number, headers: ReadHeaders): Promise<string | null>;
}

/** What the storage says of the bytes when a client reads them itself. */
export interface ReadHeaders {
  contentType: string;
  contentDisposition: string;
}

export type StorageFailure = "UNAVAILABLE" | "FULL" | "REFUSED" | "MISSING";

/** The storage could not do what it was asked for; the message says nothing of paths, keys or credentials. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  /** Whether it gave no answer, so that it may have done it, or do it yet. */
  readonly unanswered: boolean;

  constructor(
    readonly failure: StorageFailure,
    message: string,
    { unanswered = false, ...options }: ErrorOptions & { unanswered?: boolean } = {},
  ) {
    super(message, options);
    this.unanswered = unanswered;
  }
}
