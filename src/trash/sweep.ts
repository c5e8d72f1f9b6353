import type { DataSource } from "typeorm";
import { limits } from "../limits.ts";
import { holdModelsAlone } from "../model/hold-model.ts";
import { purge } from "./purge.ts";

/** Any number that no other program would take in the same database. */
const lock = 7_305_114_003;

/** Where a sweep stands in the trash. */
interface Place {
  purgeAt: Date | string;
  id: string;
}

/**
 * Purges what has been in the trash for long enough, now and every hour.
 *
 * @returns what ends it, when the entry under way is done.
 */
export function startSweep(
  db: DataSource,
  onError: (error: unknown, entryId?: string) => void,
  interval: number = limits.sweep,
): () => Promise<void> {
  const stopping = new AbortController();
  let running = Promise.resolve();
  const sweep = () => {
    running = running.then(() => purgeExpired(db, { onError, signal: stopping.signal })).catch(onError);
  };
  const timer = setInterval(sweep, interval).unref();
  sweep();
  return () => {
    clearInterval(timer);
    stopping.abort();
    return running;
  };
}

export interface SweepOptions {
  /** Told of an entry that could not be purged; the others are all the same. */
  onError: (error: unknown, entryId: string) => void;
  /** Another moment than today's by the clock of the database, which has also said until when an entry can be restored. */
  now?: Date;
  signal?: AbortSignal;
}

/**
 * Purges all that has expired, each entry in a transaction of its own. Of several servers that do this at once one
 * goes on, and the others leave it to that one.
 */
export async function purgeExpired(db: DataSource, { onError, now, signal }: SweepOptions): Promise<void> {
  let place: Place | null = { purgeAt: "-infinity", id: "00000000-0000-0000-0000-000000000000" };
  while (place !== null && !signal?.aborted) {
    const next: (Place & { organizationId: string; modelId: string }) | null = await findExpired(
      db,
      place,
      now,
    );
    if (next !== null) await purgeNext(db, next, now).catch((error) => onError(error, next.id));
    place = next;
  }
}

const expired = "t.purged_at is null and t.purge_at <= coalesce($1::timestamptz, clock_timestamp())";

async function findExpired(db: DataSource, after: Place, now: Date | undefined) {
  const [next]: (Place & { organizationId: string; modelId: string })[] = await db.query(
    `select t.id, t.purge_at as "purgeAt", t.organization_id as "organizationId",
       coalesce(v.model_id, t.id) as "modelId"
     from trash_entry t left join model_version v on v.id = t.id
     where ${expired} and (t.purge_at, t.id) > ($2, $3) order by t.purge_at, t.id limit 1`,
    [now ?? null, after.purgeAt, after.id],
  );
  return next ?? null;
}

async function purgeNext(
  db: DataSource,
  { id, organizationId, modelId }: { id: string; organizationId: string; modelId: string },
  now: Date | undefined,
): Promise<void> {
  await db.transaction(async (tx) => {
    const [{ elected }]: [{ elected: boolean }] = await tx.query(
      "select pg_try_advisory_xact_lock($1) as elected",
      [lock],
    );
    if (!elected) return;
    await holdModelsAlone(tx, organizationId, [modelId]);
    const [still] = await tx.query(`select from trash_entry t where ${expired} and t.id = $2`, [
      now ?? null,
      id,
    ]);
    if (!still) return; // it has just been restored or purged
    await tx.query("set local statement_timeout = 0"); // a model with many long label maps may take its time
    await purge(tx, id, null);
  });
}
