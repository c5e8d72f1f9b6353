import type { DataSource } from "typeorm";
import { limits } from "../limits.ts";
import type { StoredPart } from "../storage-connector/storage.ts";
import type { Blob } from "./blob.ts";

/** A blob that is to be read, and is ours until `lease`. */
export interface Claim extends Pick<Blob, "id" | "storageConnectorId" | "partsId"> {
  lease: Date;
  /** What it is to be joined of; null once that has been done. */
  parts: StoredPart[] | null;
}

const leased = `clock_timestamp() + interval '${limits.verifyLease} seconds'`;

/** The blob that has waited longest for being read. Nobody else gets it while the lease lasts. */
export async function claimBlob(db: DataSource): Promise<Claim | null> {
  const [[claim]]: [Claim[], number] = await db.query(
    `update blob set check_at = ${leased} where id = (
       select id from blob where check_at <= clock_timestamp() and state in ('VERIFYING', 'READY', 'CORRUPT')
       order by check_at limit 1 for update skip locked
     )
     returning id, storage_connector_id as "storageConnectorId", parts_id as "partsId", check_at as lease,
       (select parts from blob_parts where blob_id = id) as parts`,
  );
  return claim ?? null;
}

/** Does nothing when the lease is over, and somebody else has it. */
export async function extendLease(db: DataSource, claim: Claim): Promise<void> {
  const [[extended]]: [{ lease: Date }[], number] = await db.query(
    `update blob set check_at = ${leased} where id = $1 and check_at = $2 returning check_at as lease`,
    [claim.id, claim.lease],
  );
  if (extended) claim.lease = extended.lease;
}

/** So that another process need not wait for the end of the lease. */
export async function giveBack(db: DataSource, { id, lease }: Claim): Promise<void> {
  await db.query("update blob set check_at = clock_timestamp() where id = $1 and check_at = $2", [id, lease]);
}
