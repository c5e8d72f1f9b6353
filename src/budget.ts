import type { Context } from "./context.ts";
import { queryTooLarge } from "./errors.ts";
import { limits } from "./limits.ts";

const spent = new WeakMap<Context, number>();
const committed = new WeakSet<Context>();
const weights = new WeakMap<object, number>();

/**
 * Counts what an answer grows by. Its cost is estimated before it runs, but how long a label map is, or a parameter's
 * value, is only known when it is read.
 *
 * @throws GraphQLError with the code QUERY_TOO_LARGE
 */
export function spend(context: Context, objects: number): void {
  const total = (spent.get(context) ?? 0) + objects;
  spent.set(context, total);
  if (total <= limits.answer) return;
  queryTooLarge(`an answer of at most ${limits.answer} objects; ask for fewer at once${stays(context)}`);
}

/** What an error has to add that comes after a commit. */
export function stays(context: Context): string {
  return committed.has(context) ? "; what was done before stays done" : "";
}

/** Something has been committed in this request, which an answer that is too large does not undo. */
export function noteCommit(context: Context): void {
  committed.add(context);
}

/** How many objects something counts as: 100 characters of JSON are one. */
export function weightOf(value: object | null): number {
  if (value === null) return 0;
  const known = weights.get(value);
  if (known !== undefined) return known;
  const weight = Math.ceil(JSON.stringify(value).length / 100);
  weights.set(value, weight);
  return weight;
}

/** The value, counted by its weight. */
export function weighed<Value extends object | null>(context: Context, value: Value): Value {
  spend(context, weightOf(value));
  return value;
}

/** The list, counted by its length. */
export function counted<Row>(context: Context, list: Row[]): Row[] {
  spend(context, list.length);
  return list;
}
