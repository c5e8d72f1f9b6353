import type { DataSource, EntityManager, QueryRunner } from "typeorm";
import { begin, commit, rollback } from "./postgres/statement-batch.ts";

/** What has been sent in the transactions that are under way, and nobody has waited for. */
const sent = new WeakMap<EntityManager, Promise<unknown>[]>();

/**
 * Runs `work` in a transaction. What needs no answer is sent without waiting for one, and so reaches PostgreSQL together
 * with what comes next: START TRANSACTION with the first look, the last changes with COMMIT. Each is still a statement of
 * its own, which sees what was committed before it.
 */
export async function transaction<Result>(
  db: DataSource,
  work: (tx: EntityManager) => Promise<Result>,
): Promise<Result> {
  const runner = db.createQueryRunner();
  const pending: Promise<unknown>[] = [];
  sent.set(runner.manager, pending);
  try {
    await runner.connect();
    const begun = beginWithFirst(runner);
    try {
      const result = await work(runner.manager);
      if (begun()) await Promise.all([...pending, runner.query(commit)]);
      return result;
    } catch (error) {
      if (begun()) await rollBack(runner);
      await Promise.all(pending); // the first that failed is why the others did
      throw error;
    }
  } finally {
    await runner.release();
  }
}

/** A ROLLBACK that goes out with a statement which fails is passed over; when the second one fails the connection is gone. */
async function rollBack(runner: QueryRunner): Promise<void> {
  await runner.query(rollback).catch(() => runner.query(rollback).catch(() => {}));
}

/**
 * Sends a statement of a transaction that does not wait for the answer: should it fail, so do those behind it and the
 * COMMIT, and its error is the transaction's.
 *
 * @param read makes something of the answer. It comes too late to refuse what the database does not refuse too.
 * @returns what it makes of it, for who wants to see it later.
 */
export async function send<Rows, Answer>(
  tx: EntityManager,
  text: string,
  params: unknown[],
  read?: (rows: Rows) => Answer,
): Promise<{ answer: Promise<Answer> }> {
  const answer: Promise<Answer> = tx.query(text, params).then(read);
  const pending = sent.get(tx);
  if (!pending) await answer; // nobody would look at it later
  pending?.push(answer);
  answer.catch(() => {});
  return { answer };
}

/**
 * Has the first statement bring START TRANSACTION along: they are one packet, of which nothing is done when that fails.
 *
 * @returns whether there is a transaction.
 */
function beginWithFirst(runner: QueryRunner): () => boolean {
  const query = runner.query.bind(runner) as (text: string, ...rest: unknown[]) => Promise<unknown>;
  let begun = false;
  const first = async (text: string, ...rest: unknown[]) => {
    begun = true;
    Object.assign(runner, { query });
    const [, answer] = await Promise.all([query(begin), query(text, ...rest)]);
    return answer;
  };
  Object.assign(runner, { query: first });
  return () => begun;
}
