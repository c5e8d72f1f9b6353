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
export async function purgeExpired(db: DataSource, options: SweepOptions): Promise<void> {
  let place: Place | null = { purgeAt: "-infinity", id: "00000000-0000-0000-0000-000000000000" };
  while (place !== null && !options.signal?.aborted) {
    const next: Expired | null = await findExpired(db, place, options.now);
    const elected: boolean = next !== null && (await purgeOrTell(db, next, options));
    place = elected ? next : null;
  }
}

interface Expired extends Place {
  organizationId: string;
  modelId: string;
}

const expired = "t.purged_at is null and t.purge_at <= coalesce($1::timestamptz, clock_timestamp())";

async function findExpired(db: DataSource, after: Place, now: Date | undefined): Promise<Expired | null> {
  const [next]: Expired[] = await db.query(
    `select t.id, t.purge_at as "purgeAt", t.organization_id as "organizationId",
       coalesce(v.model_id, t.id) as "modelId"
     from trash_entry t left join model_version v on v.id = t.id
     where ${expired} and (t.purge_at, t.id) > ($2, $3) order by t.purge_at, t.id limit 1`,
    [now ?? null, after.purgeAt, after.id],
  );
  return next ?? null;
}

/** @returns whether to go on: not where another server is at it. */
async function purgeOrTell(db: DataSource, entry: Expired, { now, onError }: SweepOptions): Promise<boolean> {
  try {
    return await purgeNext(db, entry, now);
  } catch (error) {
    onError(error, entry.id);
    return true;
  }
}

/** @returns whether this server was elected. */
async function purgeNext(
  db: DataSource,
  { id, organizationId, modelId }: Expired,
  now: Date | undefined,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [{ elected }]: [{ elected: boolean }] = await tx.query(
      "select pg_try_advisory_xact_lock($1) as elected",
      [lock],
    );
    if (!elected) return false;
    await holdModelsAlone(tx, organizationId, [modelId]);
    const [still] = await tx.query(`select from trash_entry t where ${expired} and t.id = $2`, [
      now ?? null,
      id,
    ]);
    if (!still) return true; // it has just been restored or purged, or deleted anew
    await tx.query("set local statement_timeout = 0"); // a model with many long label maps may take its time
    await purge(tx, id, null);
    return true;
  });
}
