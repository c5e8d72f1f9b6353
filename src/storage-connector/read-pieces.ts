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
const chunkSize = 256 * 1024;

/** Where in which file bytes stand. */
interface Stretch {
  path: string;
  position: number;
  left: number;
}

/** Reads files as if they were one. The stream fails when one of them is shorter than it should be. */
export async function readPieces(pieces: Piece[], range: ByteRange): Promise<Readable> {
  const stretches = stretchesOf(pieces, range);
  const found = stretches.reduce((sum, { left }) => sum + left, 0);
  if (found !== range.end - range.start + 1) throw tooShort();
  let current = stretches.shift();
  let file: FileHandle | undefined = current && (await openPiece(current));

  const next = async (): Promise<Buffer | null> => {
    if (current?.left === 0) {
      await file?.close();
      file = undefined;
      current = stretches.shift();
      file = current && (await openPiece(current));
    }
    if (!file || !current) return null;
    const [from, stretch] = [file, current];
    const chunk = Buffer.allocUnsafe(Math.min(chunkSize, stretch.left));
    const { bytesRead } = await onDisk(() => from.read(chunk, 0, chunk.length, stretch.position));
    if (bytesRead === 0) throw tooShort();
    stretch.position += bytesRead;
    stretch.left -= bytesRead;
    return chunk.subarray(0, bytesRead);
  };
  let reading = Promise.resolve();
  return new Readable({
    highWaterMark: chunkSize,
    read() {
      reading = next().then(
        (chunk) => void this.push(chunk),
        (error: Error) => void this.destroy(error),
      );
    },
    destroy(error, done) {
      const closed = reading.then(() => file?.close());
      closed.then(
        () => done(error),
        (failed: Error) => done(error ?? failed),
      );
    },
  });
}

function openPiece({ path }: Stretch): Promise<FileHandle> {
  return onDisk(() => open(path, "r"));
}

function stretchesOf(pieces: Piece[], { start, end }: ByteRange): Stretch[] {
  let offset = 0;
  return pieces.flatMap(({ path, size }) => {
    const [from, to] = [Math.max(start - offset, 0), Math.min(end + 1 - offset, size)];
    offset += size;
    return from < to ? [{ path, position: from, left: to - from }] : [];
  });
}

function tooShort(): StorageError {
  return new StorageError("MISSING", "There are fewer bytes than there should be.");
}
