import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { makeFolder, onDisk, publish, syncFolder, writeNewFile } from "./durable-file.ts";
import { type Piece, readPieces } from "./read-pieces.ts";
import { type ByteRange, type Storage, StorageError, type StoredPart } from "./storage.ts";

/** What the parts of a blob are called in its folder, and in which file their order stands. */
const [partName, listName] = [/^part-(\d+)-([0-9a-f]{64})$/, "parts.json"];

/**
 * Bytes in a folder: `blobs/<key>` when they are whole, `staging/<key>/…` before. What came in one stream is a file; what
 * came in parts is a folder with the parts and their order, so that joining gigabytes is a matter of one rename.
 *
 * Nothing appears under `blobs` but by a rename of what has been synced, and the rename is synced too. Who makes the
 * folder in `staging` owns the key; when `remove` has taken that folder away, whoever still writes cannot publish.
 */
export class LocalStorage implements Storage {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async write(key: string, bytes: AsyncIterable<Buffer>): Promise<void> {
    await this.#makeStaged(key);
    if ((await this.size(key)) !== null) throw new StorageError("REFUSED", "There are bytes already.");
    await writeNewFile(this.#staged(key, "whole"), bytes);
    await this.#publish(key, this.#staged(key, "whole"));
    await onDisk(() => rm(this.#staged(key), { recursive: true, force: true }));
  }

  async size(key: string): Promise<number | null> {
    try {
      return total(await onDisk(() => this.#pieces(key)));
    } catch (error) {
      if (error instanceof StorageError && error.failure === "MISSING") return null;
      throw error;
    }
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const pieces = await onDisk(() => this.#pieces(key));
    return readPieces(pieces, range ?? { start: 0, end: total(pieces) - 1 });
  }

  async remove(key: string): Promise<void> {
    // In this order: what is published meanwhile is removed too.
    for (const path of [this.#staged(key), this.#blob(key)])
      await onDisk(async () => {
        await rm(path, { recursive: true, force: true });
        await syncFolder(dirname(path)).catch(unlessMissing);
      });
  }

  async keysBefore(prefix: string, moment: Date): Promise<string[]> {
    return onDisk(async () => {
      const keys = new Set<string>();
      for (const folder of [this.#blob(""), this.#staged("")])
        for (const key of await readdir(folder).catch(unlessMissing))
          if (key.startsWith(prefix) && (await stat(join(folder, key))).mtime < moment) keys.add(key);
      return [...keys];
    });
  }

  async beginParts(key: string): Promise<string> {
    await this.#makeStaged(key).catch((error: StorageError) => {
      if ((error.cause as NodeJS.ErrnoException | undefined)?.code !== "EEXIST") throw error;
    });
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
    const hash = createHash("sha256");
    const arriving = this.#staged(key, `arriving-${randomUUID()}`);
    try {
      const written = await writeNewFile(arriving, hashed(bytes, hash));
      if (written !== size)
        throw new StorageError("REFUSED", `Expected a part of ${size} bytes, got ${written}.`);
      const part = { number, size, etag: hash.digest("hex") };
      await onDisk(() => rename(arriving, this.#staged(key, nameOf(part))));
      return part;
    } catch (error) {
      await rm(arriving, { force: true }).catch(() => {}); // else `remove` does
      throw error;
    }
  }

  /** What it tells would survive a power failure: an upload can be completed with it, and only then is anything joined. */
  async listParts(key: string): Promise<StoredPart[]> {
    return onDisk(async () => {
      const found = new Map<number, StoredPart & { arrivedAt: number }>();
      for (const name of await readdir(this.#staged(key)).catch(unlessMissing)) {
        const [, number, etag = ""] = partName.exec(name) ?? [];
        if (number === undefined) continue;
        const { size, mtimeMs: arrivedAt } = await stat(this.#staged(key, name));
        const part = { number: Number(number), size, etag, arrivedAt };
        if ((found.get(part.number)?.arrivedAt ?? 0) <= arrivedAt) found.set(part.number, part);
      }
      if (found.size > 0)
        for (const folder of [this.#staged(key), this.#staged("")])
          await syncFolder(folder).catch(unlessMissing);
      const parts = [...found.values()].map(({ arrivedAt: _, ...part }) => part);
      return parts.sort((one, other) => one.number - other.number);
    });
  }

  async completeParts(key: string, _uploadId: string, parts: StoredPart[]): Promise<void> {
    try {
      for (const part of parts)
        if ((await onDisk(() => stat(this.#staged(key, nameOf(part))))).size !== part.size)
          throw new StorageError(
            "REFUSED",
            `Expected ${part.size} bytes in part ${part.number}, got others.`,
          );
      await this.#discardAllBut(key, parts);
      const list = this.#staged(key, `arriving-${randomUUID()}`);
      await writeNewFile(list, [Buffer.from(JSON.stringify(parts))]);
      await onDisk(() => rename(list, this.#staged(key, listName)));
      await onDisk(() => syncFolder(this.#staged(key)));
      await this.#publish(key, this.#staged(key));
    } catch (error) {
      // Somebody else has completed it, maybe this client itself, who did not get the answer.
      if ((await this.size(key)) !== total(parts)) throw error;
      await onDisk(() => syncFolder(dirname(this.#blob(key))));
    }
  }

  async readUrl(): Promise<null> {
    return null;
  }

  /** The files whose bytes, one after the other, are those of the blob. */
  async #pieces(key: string): Promise<Piece[]> {
    const path = this.#blob(key);
    const found = await stat(path);
    if (!found.isDirectory()) return [{ path, size: found.size }];
    const parts: StoredPart[] = JSON.parse(await readFile(join(path, listName), "utf8"));
    return parts.map((part) => ({ path: join(path, nameOf(part)), size: part.size }));
  }

  /** Parts that were sent again, and what a crash has left. */
  async #discardAllBut(key: string, parts: StoredPart[]): Promise<void> {
    const kept = new Set([...parts.map(nameOf), listName]);
    await onDisk(async () => {
      for (const name of await readdir(this.#staged(key)))
        if (!kept.has(name)) await rm(this.#staged(key, name), { force: true });
    });
  }

  async #makeStaged(key: string): Promise<void> {
    await onDisk(async () => {
      await makeFolder(dirname(this.#staged(key)), this.#directory);
      await mkdir(this.#staged(key), { mode: 0o700 });
    });
  }

  async #publish(key: string, from: string): Promise<void> {
    await onDisk(async () => {
      await makeFolder(dirname(this.#blob(key)), this.#directory);
      await publish(from, this.#blob(key));
    });
  }

  #blob(key: string): string {
    return join(this.#directory, "blobs", key);
  }

  #staged(key: string, name = ""): string {
    return join(this.#directory, "staging", key, name);
  }
}

function nameOf({ number, etag }: StoredPart): string {
  return `part-${number}-${etag}`;
}

function total(pieces: { size: number }[]): number {
  return pieces.reduce((sum, { size }) => sum + size, 0);
}

async function* hashed(bytes: AsyncIterable<Buffer>, hash: { update(bytes: Buffer): unknown }) {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

function unlessMissing(error: NodeJS.ErrnoException): [] {
  if (error.code === "ENOENT") return [];
  throw error;
}
