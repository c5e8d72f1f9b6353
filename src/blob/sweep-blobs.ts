import type { EntityManager } from "typeorm";
import { limits } from "../limits.ts";
import { rows } from "../rows.ts";
import { StorageConnector } from "../storage-connector/storage-connector.ts";
import { eachOf, type Job, type Step, type Swept } from "../sweep/step.ts";
import type { Blob } from "./blob.ts";
import { doomBlob } from "./discard-blob.ts";

/** The condition on a blob `r` that nobody is at work on its bytes: no upload writes them, and no check reads or joins them. */
export const idle = (now: string) => `
  (r.state <> 'STAGED' or r.touched_at <= ${now} - interval '${limits.stagedHours} hours')
  and (r.check_at is null or r.check_at <= ${now})`;

/** Dooms the bytes of uploads that have died: of which nobody has heard for long, and to which nothing refers. */
export const doomDeadUploads: Step = {
  find: (now) =>
    `select r.id from blob r where r.state = 'STAGED' and ${idle(now)} and not is_blob_used(r.id)`,
  sweep: doomEach,
};

/** Dooms bytes to which something has ceased to refer, unless something else does. */
export const doomReleased: Step = {
  find: () => "select distinct blob_id as id from blob_release",
  sweep: doomEach,
};

/** Removes doomed bytes from their storages, many at once, and then their rows. What a storage does not remove waits for the next sweep. */
export const removeDoomed: Step = {
  find: () => "select id from blob where state = 'DOOMED'",
  sweep: removeAll,
};

async function doomEach(db: EntityManager, ids: string[], job: Job): Promise<Partial<Swept>> {
  await eachOf(ids, job, (id) => db.transaction((tx) => doomIfIdle(tx, id, job.now)));
  return {};
}

/** The queue forgets the blob before this looks who refers to it: whoever ceases to only then is in the queue for the next sweep. */
async function doomIfIdle(tx: EntityManager, id: string, now: string): Promise<void> {
  const tail = `where r.id = $1 and ${idle(now)} for no key update`;
  const locked: unknown[] = await tx.query(`select from blob r ${tail}`, [id]);
  if (locked.length === 0) return;
  await tx.query("delete from blob_release where blob_id = $1", [id]);
  await doomBlob(tx, id);
}

type Doomed = Pick<Blob, "id" | "storageConnectorId" | "size">;

async function removeAll(db: EntityManager, ids: string[], job: Job): Promise<Partial<Swept>> {
  const doomed: Doomed[] = await db.query(
    `select id, storage_connector_id as "storageConnectorId", size from blob where id = any($1) and state = 'DOOMED'`,
    [ids],
  );
  const connectorIds = new Set(doomed.map(({ storageConnectorId }) => storageConnectorId));
  const connectors = await rows(db, StorageConnector, "where r.id = any($1)", [[...connectorIds]]);
  const gone: Doomed[] = [];
  for (const connector of connectors.filter(({ id }) => !job.away.has(id))) {
    const there = doomed.filter(({ storageConnectorId }) => storageConnectorId === connector.id);
    const removed = await Promise.all(there.map((blob) => removeOrTell(blob, connector, job)));
    if (removed.includes(true)) gone.push(...there.filter((_, index) => removed[index]));
    else job.away.add(connector.id);
  }
  await db.query("delete from blob where id = any($1) and state = 'DOOMED'", [gone.map(({ id }) => id)]);
  return { blobs: gone.length, bytes: gone.reduce((sum, { size }) => sum + (size ?? 0), 0) };
}

/** @returns whether the bytes are gone. */
async function removeOrTell({ id }: Doomed, connector: StorageConnector, job: Job): Promise<boolean> {
  try {
    await job.storages.open(connector).remove(id);
    return true;
  } catch (error) {
    job.onError(error, id);
    return false;
  }
}
