import { type FileHandle, open } from "node:fs/promises";
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
  const stretches = stretchesOf(pieces, range);
  const size = stretches.reduce((sum, { left }) => sum + left, 0);
  if (size !== range.end - range.start + 1) throw tooShort();
  const reader = new StretchReader(stretches);
  await reader.open();
  return new PieceStream(reader, Math.min(chunkSize, size));
}

/**
 * Whoever reads it gets buffers to keep. Piped it needs two, which take turns: V8 counts buffers as its own, and would go
 * through its whole heap for each 64 MiB of new ones.
 */
class PieceStream extends Readable {
  readonly #reader: StretchReader;
  readonly #bufferSize: number;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(reader: StretchReader, bufferSize: number) {
    super({ highWaterMark: chunkSize });
    this.#reader = reader;
    this.#bufferSize = bufferSize;
  }

  override pipe<Destination extends NodeJS.WritableStream>(
    destination: Destination,
    { end = true }: { end?: boolean | undefined } = {},
  ): Destination {
    if (end) this.once("end", () => destination.end());
    this.#pour(destination).catch((error) => this.destroy(error));
    return destination;
  }

  /** Reads into one buffer while the other leaves. A destination that fails tells so itself. */
  async #pour(destination: NodeJS.WritableStream): Promise<void> {
    let [filling, leaving] = [Buffer.allocUnsafe(this.#bufferSize), Buffer.allocUnsafe(this.#bufferSize)];
    let left = Promise.resolve(true);
    for (;;) {
      const chunk = await this.#read(filling);
      if (!(await left)) this.destroy();
      if (this.destroyed) return;
      if (!chunk) break;
      left = new Promise((resolve) => destination.write(chunk, (error) => resolve(!error)));
      [filling, leaving] = [leaving, filling];
    }
    this.push(null);
    this.resume(); // to its end
  }

  override _read(): void {
    this.#read(Buffer.allocUnsafe(this.#bufferSize)).then(
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

  constructor(stretches: Stretch[]) {
    this.#stretches = stretches;
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
