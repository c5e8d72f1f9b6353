import { createHash } from "node:crypto";
import type { DataSource } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { limits } from "../limits.ts";
import { defaultConnector, type Storages } from "../storage-connector/storages.ts";
import { Blob } from "./blob.ts";
import { collectHead, detectFormat } from "./detect-format.ts";
import { discardBlob } from "./discard-blob.ts";
import type { BytesRead } from "./settle-blob.ts";

/** Bytes that are durable and have been read, and that nothing refers to yet. */
export interface StagedBlob extends BytesRead {
  id: string;
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
): Promise<StagedBlob> {
  const connector = await defaultConnector(db, organizationId);
  const id = uuidv7();
  await db.manager.insert(Blob, { id, organizationId, storageConnectorId: connector.id, state: "STAGED" });
  const heartbeat = setInterval(() => void touch(db, id).catch(() => {}), limits.heartbeat);
  const reader = new Reader();
  try {
    await storages.open(connector).write(id, reader.pass(bytes));
  } catch (error) {
    await discardBlob(db, storages, id).catch(() => {});
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
  return { id, ...reader.result() };
}

/** Tells the sweep that the bytes still arrive. One beat that is missed is no harm. */
async function touch(db: DataSource, id: string): Promise<void> {
  await db.query("update blob set touched_at = clock_timestamp() where id = $1 and state = 'STAGED'", [id]);
}

/** Finds out about bytes while they pass. */
class Reader {
  readonly #hash = createHash("sha256");
  readonly #head = collectHead();
  #size = 0;

  async *pass(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const chunk of bytes) {
      this.#hash.update(chunk);
      this.#head.update(chunk);
      this.#size += chunk.length;
      yield chunk;
    }
  }

  result(): BytesRead {
    const size = this.#size;
    return { size, sha256: this.#hash.digest(), format: detectFormat(this.#head.head(), size) };
  }
}
