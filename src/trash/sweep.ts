import type { DataSource } from "typeorm";
import { limits } from "../limits.ts";
import { holdModelsAlone } from "../model/hold-model.ts";
import { purge } from "./purge.ts";

/** Any number that no other program would take in the same database. */
const lock = 7_305_114_003;

/**
 * Purges what has been in the trash for long enough, now and every hour.
 *
 * @returns what ends it, when the entry under way is done.
 */
export function startSweep(db: DataSource, onError: (error: unknown) => void): () => Promise<void> {
  const stopping = new AbortController();
  let running = Promise.resolve();
  const sweep = () => {
    running = running.then(() => purgeExpired(db, new Date(), stopping.signal)).catch(onError);
  };
  const timer = setInterval(sweep, limits.sweep).unref();
  sweep();
  return () => {
    clearInterval(timer);
    stopping.abort();
    return running;
  };
}

/**
 * Purges all that has expired at this moment, each entry in a transaction of its own. Of several servers that do this at once one
 * goes on, and the others leave it to that one.
 */
export async function purgeExpired(db: DataSource, now: Date, signal?: AbortSignal): Promise<void> {
  let more = true;
  while (more && !signal?.aborted) more = await purgeNext(db, now);
}

/** @returns whether there may be more to do. */
function purgeNext(db: DataSource, now: Date): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [{ elected }]: [{ elected: boolean }] = await tx.query(
      "select pg_try_advisory_xact_lock($1) as elected",
      [lock],
    );
    if (!elected) return false;
    const expired = "t.purged_at is null and t.purge_at <= $1";
    const [next]: { id: string; modelId: string }[] = await tx.query(
      `select t.id, coalesce(v.model_id, t.id) as "modelId"
       from trash_entry t left join model_version v on v.id = t.id
       where ${expired} order by t.purge_at, t.id limit 1`,
      [now],
    );
    if (!next) return false;
    await tx.query("set local statement_timeout = 0"); // a model with many long label maps may take its time
    await holdModelsAlone(tx, [next.modelId]);
    const [still] = await tx.query(`select from trash_entry t where ${expired} and t.id = $2`, [
      now,
      next.id,
    ]);
    if (still) await purge(tx, next.id, null); // unless it has just been restored or purged
    return true;
  });
}
