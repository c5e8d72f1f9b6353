import DataLoader from "dataloader";
import type { Context } from "./context.ts";

/** Reads one key; all keys that are asked for in one tick, with equal arguments, are read by one statement. */
export type Batch<Key, Value, Args> = (context: Context, key: Key, args: Args) => Promise<Value>;

const loaders = new WeakMap<Context, Map<string, unknown>>();
let batches = 0;

/**
 * Declares a look-up that is batched and cached within one request.
 *
 * @param load reads many keys at once and answers by key; a key without an answer gets `missing`.
 */
export function batch<Key extends string, Value, Args = void>(
  load: (context: Context, keys: readonly Key[], args: Args) => Promise<Map<Key, Value>>,
  missing: () => Value,
): Batch<Key, Value, Args> {
  batches += 1;
  const name = batches;
  return (context, key, args) => {
    // Arguments are part of the loader's identity: a shorter list and a longer one are two look-ups.
    const identity = `${name} ${JSON.stringify(args) ?? ""}`;
    const create = () =>
      new DataLoader<Key, Value>(async (keys) => {
        const found = await load(context, keys, args);
        return keys.map((each) => (found.has(each) ? (found.get(each) as Value) : missing()));
      });
    return loaderOf(context, identity, create).load(key);
  };
}

/** The loader of a request that has this identity. */
export function loaderOf<Loader>(context: Context, identity: string, create: () => Loader): Loader {
  const ofRequest = loaders.get(context) ?? new Map<string, unknown>();
  loaders.set(context, ofRequest);
  const loader = (ofRequest.get(identity) as Loader | undefined) ?? create();
  ofRequest.set(identity, loader);
  return loader;
}

/** Forgets what this request has read: called before each mutation, so that a later one sees what an earlier one wrote. */
export function forget(context: Context): void {
  loaders.delete(context);
}

/** Collects rows under their keys, in the order in which they come. */
export function groupBy<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
