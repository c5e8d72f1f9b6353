import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { type ByteRange, type Storage, StorageError, type StoredPart } from "./storage.ts";

/**
 * Bytes in a folder: `blobs/ab/<key>` when they are whole, `staging/<key>/…` before. Nothing appears under `blobs` but by
 * a rename of a file that has been synced, and the rename is synced too.
 */
export class LocalStorage implements Storage {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async write(key: string, bytes: AsyncIterable<Buffer>): Promise<void> {
    await guarded(async () => {
      await writeDurably(this.#staged(key, "whole"), bytes);
      await this.#publish(key);
    });
  }

  async size(key: string): Promise<number | null> {
    return guarded(() =>
      stat(this.#blob(key)).then(
        ({ size }) => size,
        (error: NodeJS.ErrnoException) => {
          if (error.code === "ENOENT") return null;
          throw error;
        },
      ),
    );
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    return guarded(async () => {
      const file = await open(this.#blob(key), "r");
      return createReadStream("", { fd: file, ...range, highWaterMark: 256 * 1024 });
    });
  }

  async remove(key: string): Promise<void> {
    await guarded(async () => {
      await rm(this.#blob(key), { force: true });
      await rm(this.#staging(key), { recursive: true, force: true });
    });
  }

  async beginParts(key: string): Promise<string> {
    return key;
  }

  async partUrl(): Promise<null> {
    return null;
  }

  async writePart(
    key: string,
    _uploadId: string,
    number: number,
    bytes: AsyncIterable<Buffer>,
    size: number,
  ): Promise<StoredPart> {
    return guarded(async () => {
      const hash = createHash("sha256");
      const arriving = this.#staged(key, `arriving-${number}-${process.pid}-${Date.now()}`);
      await writeDurably(arriving, hashed(bytes, hash));
      const etag = hash.digest("hex");
      await rename(arriving, this.#staged(key, `part-${number}-${etag}`));
      return { number, size, etag };
    });
  }

  async listParts(key: string): Promise<StoredPart[]> {
    return guarded(async () => {
      const names = await readdir(this.#staging(key)).catch(() => [] as string[]);
      const parts = names.flatMap((name) => {
        const [, number, etag] = /^part-(\d+)-([0-9a-f]{64})$/.exec(name) ?? [];
        return number && etag ? [{ number: Number(number), etag, name }] : [];
      });
      const sized = parts.map(async ({ name, ...part }) => ({
        ...part,
        size: (await stat(this.#staged(key, name))).size,
      }));
      return (await Promise.all(sized)).sort((one, other) => one.number - other.number);
    });
  }

  async completeParts(key: string, _uploadId: string, parts: StoredPart[]): Promise<void> {
    await guarded(async () => {
      if ((await this.size(key)) !== null) return;
      await writeDurably(this.#staged(key, "whole"), this.#joined(key, parts));
      await this.#publish(key);
    });
  }

  async readUrl(): Promise<null> {
    return null;
  }

  async *#joined(key: string, parts: StoredPart[]): AsyncIterable<Buffer> {
    for (const { number, etag } of parts)
      yield* createReadStream(this.#staged(key, `part-${number}-${etag}`));
  }

  async #publish(key: string): Promise<void> {
    await mkdir(dirname(this.#blob(key)), { recursive: true });
    await rename(this.#staged(key, "whole"), this.#blob(key));
    await syncFolder(dirname(this.#blob(key)));
    await rm(this.#staging(key), { recursive: true, force: true });
  }

  #blob(key: string): string {
    return join(this.#directory, "blobs", key.slice(0, 2), key);
  }

  #staging(key: string): string {
    return join(this.#directory, "staging", key);
  }

  #staged(key: string, name: string): string {
    return join(this.#staging(key), name);
  }
}

async function* hashed(bytes: AsyncIterable<Buffer>, hash: { update(bytes: Buffer): unknown }) {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

async function writeDurably(path: string, bytes: AsyncIterable<Buffer>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file: FileHandle = await open(path, "w");
  try {
    for await (const chunk of bytes) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  await folder.sync();
  await folder.close();
}

async function guarded<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (!syscall) throw error;
    if (code === "ENOSPC" || code === "EDQUOT")
      throw new StorageError("FULL", "The disk is full.", { cause: error });
    if (code === "ENOENT") throw new StorageError("MISSING", "The bytes are not there.", { cause: error });
    throw new StorageError("UNAVAILABLE", `The disk answers ${code}.`, { cause: error });
  }
}
