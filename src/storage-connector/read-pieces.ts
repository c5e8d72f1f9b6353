import { type FileHandle, open } from "node:fs/promises";
import { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { onDisk } from "./durable-file.ts";
import { type ByteRange, StorageError } from "./storage.ts";

/** A file that holds some of a blob's bytes. */
export interface Piece {
  path: string;
  size: number;
}

/** Bytes that are read at once. */
const chunkSize = 512 * 1024;

/** Reads files as if they were one. The stream fails when one of them is shorter than it should be. */
export async function readPieces(pieces: Piece[], range: ByteRange): Promise<Readable> {
  const reader = new StretchReader(stretchesOf(pieces, range));
  if (reader.left !== range.end - range.start + 1) throw tooShort();
  await reader.open();
  return new PieceStream(reader);
}

/**
 * Whoever reads it gets buffers to keep. Sent as an answer it needs two, which take turns: V8 counts buffers as its own, and
 * would go through its whole heap for each 64 MiB of new ones.
 */
class PieceStream extends Readable {
  readonly #reader: StretchReader;
  #reading: Promise<unknown> = Promise.resolve();
  #isSent = false;

  constructor(reader: StretchReader) {
    super({ highWaterMark: chunkSize });
    this.#reader = reader;
  }

  // What an answer has written it does not hold any more; other streams may hand on what they have been given.
  override pipe<Destination extends NodeJS.WritableStream>(
    destination: Destination,
    options: { end?: boolean | undefined } = {},
  ): Destination {
    if (!(destination instanceof ServerResponse) || this.readableFlowing !== null || this.#isSent)
      return super.pipe(destination, options);
    this.#isSent = true;
    if (options.end !== false) this.once("end", () => destination.end());
    this.#sendTo(destination).catch((error) => this.destroy(error));
    return destination;
  }

  /** Reads into one buffer while the other leaves. An answer that fails tells so itself. */
  async #sendTo(answer: ServerResponse): Promise<void> {
    const size = Math.min(chunkSize, this.#reader.left);
    let [filling, leaving] = [Buffer.allocUnsafe(size), Buffer.allocUnsafe(size)];
    let isGone = Promise.resolve(true);
    for (;;) {
      if (this.destroyed) return;
      const chunk = await this.#read(filling);
      if (!(await isGone)) this.destroy();
      if (this.destroyed) return;
      if (!chunk) break;
      isGone = new Promise((resolve) => answer.write(chunk, (error) => resolve(!error)));
      [filling, leaving] = [leaving, filling];
    }
    this.push(null);
    this.resume(); // to its end
  }

  override _read(): void {
    if (this.#isSent) return void this.destroy(new Error("Expected one reader, got another."));
    this.#read(Buffer.allocUnsafe(Math.min(chunkSize, this.#reader.left))).then(
      (chunk) => void this.push(chunk),
      (error: Error) => void this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const closed = this.#reading.then(() => this.#reader.close());
    closed.then(
      () => done(error),
      (failed: Error) => done(error ?? failed),
    );
  }

  #read(buffer: Buffer): Promise<Buffer | null> {
    const reading = this.#reader.read(buffer);
    this.#reading = reading.catch(() => {});
    return reading;
  }
}

/** Where in which file bytes stand. */
interface Stretch {
  path: string;
  position: number;
  left: number;
}

function stretchesOf(pieces: Piece[], { start, end }: ByteRange): Stretch[] {
  let offset = 0;
  return pieces.flatMap(({ path, size }) => {
    const [from, to] = [Math.max(start - offset, 0), Math.min(end + 1 - offset, size)];
    offset += size;
    return from < to ? [{ path, position: from, left: to - from }] : [];
  });
}

/** Reads one file after the other, of which one is open at a time. */
class StretchReader {
  readonly #stretches: Stretch[];
  #file: FileHandle | undefined;
  /** Bytes in all of them. */
  left: number;

  constructor(stretches: Stretch[]) {
    this.#stretches = stretches;
    this.left = stretches.reduce((sum, { left }) => sum + left, 0);
  }

  async open(): Promise<void> {
    const [stretch] = this.#stretches;
    if (stretch) this.#file = await onDisk(() => open(stretch.path, "r"));
  }

  /** Fills a buffer as far as one read does. @returns what has been filled; null when there is nothing left */
  async read(buffer: Buffer): Promise<Buffer | null> {
    if (this.#stretches[0]?.left === 0) {
      await this.close();
      this.#stretches.shift();
      await this.open();
    }
    const [[stretch], file] = [this.#stretches, this.#file];
    if (!stretch || !file) return null;
    const size = Math.min(buffer.length, stretch.left);
    const { bytesRead } = await onDisk(() => file.read(buffer, 0, size, stretch.position));
    if (bytesRead === 0) throw tooShort();
    stretch.position += bytesRead;
    stretch.left -= bytesRead;
    this.left -= bytesRead;
    return buffer.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}

function tooShort(): StorageError {
  return new StorageError("MISSING", "There are fewer bytes than there should be.");
}
