import type { Readable } from "node:stream";
import { type Pace, stallTimer } from "../http/stall-timer.ts";
import { type Storage, StorageError, type StoredPart } from "../storage-connector/storage.ts";
import { ByteReader } from "./byte-reader.ts";
import type { Claim } from "./claim-blob.ts";
import type { BytesRead } from "./settle-blob.ts";

export interface Reading {
  /** Ends it. */
  signal: AbortSignal;
  /** How slow the storage may be, when not as `limits.ts` has it. */
  pace?: Pace | undefined;
}

/**
 * Reads all bytes of a blob with constant memory, after they have been joined if they came in parts.
 *
 * @returns null when they are not there, or not all of them.
 * @throws StorageError when that cannot be known at the moment
 */
export async function readBlob(
  storage: Storage,
  { id, partsId, parts }: Claim,
  reading: Reading,
): Promise<BytesRead | null> {
  try {
    if (parts !== null && partsId !== null) await join(storage, id, partsId, parts);
    return await readAll(await storage.read(id), reading);
  } catch (error) {
    if (error instanceof StorageError && error.failure === "MISSING") return null;
    throw error;
  }
}

/** Why a storage does not join parts, it tells in words of its own: so what is left of them is looked at. */
async function join(storage: Storage, key: string, partsId: string, parts: StoredPart[]): Promise<void> {
  try {
    await storage.completeParts(key, partsId, parts);
  } catch (error) {
    const left = new Map((await storage.listParts(key, partsId)).map(({ number, etag }) => [number, etag]));
    if (parts.every(({ number, etag }) => left.get(number) === etag)) throw error;
    throw new StorageError("MISSING", "The parts are not there any more.", { cause: error });
  }
}

async function readAll(bytes: Readable, { signal, pace }: Reading): Promise<BytesRead> {
  const reader = new ByteReader();
  try {
    // A storage that gives a byte now and then would keep a verifier from the bytes in all others.
    for await (const _ of reader.pass(stallTimer(bytes, pace))) signal.throwIfAborted();
  } finally {
    bytes.destroy();
  }
  return reader.result();
}
