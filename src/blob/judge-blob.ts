import type { DataSource, EntityManager } from "typeorm";
import { rows } from "../rows.ts";
import { live } from "../trash/trash-entry.ts";
import { Blob } from "./blob.ts";
import type { Claim } from "./claim-blob.ts";
import { type BytesRead, holdDigest, settleBlob } from "./settle-blob.ts";

/** Writes down what came of reading a blob. Whoever has lost the lease meanwhile leaves that to who has it. */
export async function judgeBlob(db: DataSource, claim: Claim, read: BytesRead | null): Promise<void> {
  let judged = false;
  while (!judged) judged = await db.transaction((tx) => judge(tx, claim, read));
}

/** @returns false when another version or experiment has come to refer to the blob, which would have to be locked before it. */
async function judge(tx: EntityManager, { id, lease }: Claim, read: BytesRead | null): Promise<boolean> {
  const owners = await lockOwners(tx, id);
  if (read) await holdDigest(tx, id, read.sha256);
  const tail = "where r.id = $1 and r.check_at = $2 for no key update";
  const [blob] = await rows(tx, Blob, tail, [id, lease]);
  if (!blob) return true;
  const referring: { id: string }[] = await tx.query(ownersOf, [id]);
  if (referring.some((owner) => !owners.has(owner.id))) return false;

  const good = read !== null && isAnnounced(blob, read);
  if (blob.state !== (good ? "READY" : "CORRUPT")) await moveOwners(tx, id);
  if (!good) await makeCorrupt(tx, id);
  else if (blob.state === "READY") await noteReading(tx, id);
  else await makeReady(tx, id, read);
  return true;
}

/** The versions and experiments whose files refer to a blob. */
const ownersOf = `
  select model_version_id as id from model_file where blob_id = $1
  union all select experiment_id from artifact where blob_id = $1`;

async function lockOwners(tx: EntityManager, blobId: string): Promise<Set<string>> {
  const locked = new Set<string>();
  for (const table of ["model_version", "experiment"]) {
    const found: { id: string }[] = await tx.query(
      // The array is made once. Of a join, PostgreSQL can leave out a row that has been changed while it waited for it.
      `select id from ${table} where id = any(array(${ownersOf})) order by id for no key update`,
      [blobId],
    );
    for (const { id } of found) locked.add(id);
  }
  return locked;
}

/** Whether the bytes are those that were announced, or that were there before. */
function isAnnounced({ size, sha256 }: Blob, read: BytesRead): boolean {
  return (size ?? read.size) === read.size && (sha256 ?? read.sha256).equals(read.sha256);
}

/** What they show is about to change. */
async function moveOwners(tx: EntityManager, blobId: string): Promise<void> {
  await tx.query(
    `update model_version set files_revision = files_revision + 1,
       updated_at = greatest(updated_at, clock_timestamp())
     where id in (select model_version_id from model_file r where blob_id = $1 and ${live})`,
    [blobId],
  );
  await tx.query(
    `update experiment set updated_at = greatest(updated_at, clock_timestamp())
     where id in (select experiment_id from artifact where blob_id = $1)`,
    [blobId],
  );
}

async function makeCorrupt(tx: EntityManager, id: string): Promise<void> {
  await tx.query(
    "update blob set state = 'CORRUPT', check_at = null, checked_at = clock_timestamp() where id = $1",
    [id],
  );
}

async function noteReading(tx: EntityManager, id: string): Promise<void> {
  await tx.query("update blob set check_at = null, checked_at = clock_timestamp() where id = $1", [id]);
}

/** When the same bytes were there already, the files refer to those from now on. */
async function makeReady(tx: EntityManager, id: string, read: BytesRead): Promise<void> {
  const settled = await settleBlob(tx, id, read);
  if (settled !== id) {
    for (const table of ["model_file", "artifact"])
      await tx.query(`update ${table} set blob_id = $2 where blob_id = $1`, [id, settled]);
    await tx.query("update blob set check_at = null where id = $1", [id]);
  }
  await tx.query("delete from blob_parts where blob_id = $1", [id]);
}
