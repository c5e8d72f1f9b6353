import type { DataSource, EntityManager } from "typeorm";
import { doomDeadUploads, doomReleased, removeDoomed } from "../blob/sweep-blobs.ts";
import { limits } from "../limits.ts";
import { expireUploads } from "../pending-upload/expire-uploads.ts";
import type { Storages } from "../storage-connector/storages.ts";
import { purgeExpired } from "../trash/purge-expired.ts";
import { type Job, moment, type Step, type SweepOptions, type Swept } from "./step.ts";

/** In this order what one step lets go is swept by a later one. */
const steps: Step[] = [purgeExpired, expireUploads, doomDeadUploads, doomReleased, removeDoomed];

/** Any number that no other program would take in the same database. */
const lock = 7_305_114_003;

const before = "00000000-0000-0000-0000-000000000000";

/**
 * Takes away for good what is over its time, and the bytes that nothing refers to any more. Of several servers that do this
 * at once one goes on, and the others leave it to that one.
 *
 * @returns what was done; `whole` says whether it came to the end.
 */
export async function sweep(
  db: DataSource,
  storages: Storages,
  options: SweepOptions,
): Promise<Swept & { whole: boolean }> {
  const swept = { entries: 0, uploads: 0, blobs: 0, bytes: 0 };
  const job: Job = { ...options, now: moment(options.now), storages, away: new Set() };
  for (const step of steps) {
    let after: string | undefined = before;
    while (after !== undefined) {
      if (options.signal?.aborted) return { ...swept, whole: false };
      const page: Page | null = await sweepPage(db, step, after, job);
      if (page === null) return { ...swept, whole: false };
      for (const [kind, count] of Object.entries(page.swept)) swept[kind as keyof Swept] += count;
      after = page.last;
    }
  }
  return { ...swept, whole: true };
}

interface Page {
  last: string | undefined;
  swept: Partial<Swept>;
}

/**
 * Deals with one page, if this server is elected: on the connection that holds the lock, so that the two end together, and
 * which requests get back after it.
 */
async function sweepPage(db: DataSource, step: Step, after: string, job: Job): Promise<Page | null> {
  const runner = db.createQueryRunner();
  try {
    const [{ elected }]: [{ elected: boolean }] = await runner.query(
      "select pg_try_advisory_lock($1) as elected",
      [lock],
    );
    if (!elected) return null;
    try {
      return await sweepNext(runner.manager, step, after, job);
    } finally {
      await runner.query("select pg_advisory_unlock($1)", [lock]);
    }
  } finally {
    await runner.release();
  }
}

async function sweepNext(db: EntityManager, step: Step, after: string, job: Job): Promise<Page> {
  const found: { id: string }[] = await db.query(
    `select id from (${step.find(job.now)}) found where id > $1 order by id limit $2`,
    [after, limits.sweepPage],
  );
  const ids = found.map(({ id }) => id);
  return { last: ids.at(-1), swept: ids.length === 0 ? {} : await step.sweep(db, ids, job) };
}
