import type { DataSource } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { limits } from "../limits.ts";
import { StorageError } from "../storage-connector/storage.ts";
import { defaultConnector, type Storages } from "../storage-connector/storages.ts";
import { Blob } from "./blob.ts";
import { ByteReader } from "./byte-reader.ts";
import { discardBlob } from "./discard-blob.ts";
import type { BytesRead } from "./settle-blob.ts";
import { touchBlob } from "./touch-blob.ts";

/** Bytes that are durable and have been read, and that nothing refers to yet. */
export interface StagedBlob extends BytesRead {
  id: string;
}

export interface Staging {
  /** How many bytes there are at most, when that is known before. */
  sizeHint?: number | undefined;
  /** Ends when the bytes are referred to, or nobody wants them any more: until then no sweep takes them for dead. */
  wanted: AbortSignal;
}

/**
 * Writes bytes as they come into the default storage of an organization, and reads them on the way. When it fails,
 * also because `bytes` does, it removes what it has written; what it cannot remove is left to the sweep.
 */
export async function stageBlob(
  db: DataSource,
  storages: Storages,
  organizationId: string,
  bytes: AsyncIterable<Buffer>,
  { sizeHint, wanted }: Staging,
): Promise<StagedBlob> {
  const connector = await defaultConnector(db, organizationId);
  const id = uuidv7();
  await db.manager.insert(Blob, { id, organizationId, storageConnectorId: connector.id, state: "STAGED" });
  const endHeartbeat = keepAlive(db, id, wanted);
  const reader = new ByteReader();
  try {
    await storages.open(connector).write(id, reader.pass(bytes), sizeHint);
  } catch (error) {
    endHeartbeat();
    // What a storage has not answered it may be doing yet: so the sweep removes it once more.
    const forget = !(error instanceof StorageError && error.unanswered);
    await discardBlob(db, storages, id, { forget }).catch(() => {});
    throw error;
  }
  return { id, ...reader.result() };
}

/** @returns what ends it, as `wanted` does. */
function keepAlive(db: DataSource, blobId: string, wanted: AbortSignal): () => void {
  // One beat that is missed is no harm.
  const heartbeat = setInterval(() => void touchBlob(db, blobId).catch(() => {}), limits.heartbeat);
  const end = () => clearInterval(heartbeat);
  if (wanted.aborted) end();
  wanted.addEventListener("abort", end, { once: true });
  return end;
}
