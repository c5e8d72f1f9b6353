import type { EntityManager } from "typeorm";
import type { FileFormat } from "./file-format.ts";

/** What the registry has found out by reading bytes. */
export interface BytesRead {
  size: number;
  sha256: Buffer;
  format: FileFormat;
}

/**
 * Makes a blob whose bytes are durable and have been read READY; or finds the one that has the same bytes in the same
 * storage already, and leaves the new one to the sweep. The blob's digest is locked until the transaction ends, so that
 * of two uploads of the same bytes one finds the other.
 *
 * @returns the id of the blob to refer to.
 */
export async function settleBlob(tx: EntityManager, blobId: string, read: BytesRead): Promise<string> {
  const { size, sha256, format } = read;
  await holdDigest(tx, blobId, sha256);
  const [same]: { id: string }[] = await tx.query(
    `select b.id from blob b join blob mine on mine.id = $1
     where b.storage_connector_id = mine.storage_connector_id and b.sha256 = $2 and b.state = 'READY' and b.id <> $1
     for share of b`,
    [blobId, sha256],
  );
  if (same) {
    await tx.query("insert into blob_release (blob_id) values ($1)", [blobId]);
    return same.id;
  }
  await tx.query(
    `update blob set state = 'READY', size = $2, sha256 = $3, format = $4, check_at = null, checked_at = clock_timestamp()
     where id = $1`,
    [blobId, size, sha256, format],
  );
  return blobId;
}

/** Whoever makes bytes of this digest READY in the storage of the blob does so one after the other. */
export async function holdDigest(tx: EntityManager, blobId: string, sha256: Buffer): Promise<void> {
  await tx.query(
    `select pg_advisory_xact_lock(hashtextextended(storage_connector_id::text || encode($2, 'hex'), 2))
     from blob where id = $1`,
    [blobId, sha256],
  );
}
