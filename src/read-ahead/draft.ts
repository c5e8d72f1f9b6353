import type { DataSource } from "typeorm";
import type { Bind } from "../filter.ts";
import { limits } from "../limits.ts";
import { tableOf } from "../rows.ts";
import { type Column, columnOf, columnsOf } from "./columns.ts";
import type { Key, KeySql, Parent, Relation, Wish } from "./relation.ts";

/** A statement while it is being written. */
export interface Draft {
  db: DataSource;
  values: unknown[];
  bind: Bind;
  /** Makes a name that is new in the statement. */
  name(prefix: string): string;
  /** Lists without a limit, among which all that is read ahead in a request is shared; and how many have taken their share. */
  lists: number;
  taken: number;
}

/** The SQL of a property of the row that wishes hang on. */
export type At = (property: string) => string;

/** Rows that are joined at one level: PostgreSQL takes ever longer to plan more of them. */
export const mostJoins = 8;

/** Parameters that every statement has: the first property of the keys, and who asks. */
const fixed = 3;

/** @param lists how many lists without a limit all statements of an operation read ahead */
export function newDraft(db: DataSource, key: Key, lists: number): Draft {
  const values: unknown[] = [];
  let names = 0;
  return {
    db,
    values,
    bind: (value) => `$${Object.keys(key).length + fixed - 1 + values.push(value)}`,
    name: (prefix) => `${prefix}${names++}`,
    lists,
    taken: 0,
  };
}

/** How many lists without a limit are wished for. */
export function listsIn(wishes: Iterable<Wish>): number {
  let lists = 0;
  for (const { relation, args, wanted } of wishes) {
    if (relation.kind === "many" && limitOf(relation, args) === null) lists += 1;
    lists += listsIn(wanted.wishes.values());
  }
  return lists;
}

/** A limit that is refused is refused when it is written. */
function limitOf({ source }: Relation, args: unknown): number | null {
  try {
    return source.limit?.(args) ?? null;
  } catch {
    return 0;
  }
}

/** How many rows of a list without a limit are read ahead; one that turns out to be longer is left to its resolver. */
export function takeShare(draft: Draft, parents: number): number {
  draft.taken += 1;
  return Math.max(1, Math.floor(limits.answer / parents / draft.lists));
}

/** Who asks, and the parents `k`, by number. */
export function fromParents(key: Key, parents: number): string {
  return `(select $2::uuid, $3::text) viewer (organization_id, role) cross join ${keysFrom(key, parents)}`;
}

/**
 * PostgreSQL takes one parent for what it is; and it is not shown the arrays when it plans: seeing how short they are, it would
 * plan the statement anew each time.
 */
function keysFrom(key: Key, parents: number): string {
  const names = Object.keys(key).map((property) => `"${property}"`);
  const params = Object.values(key).map((type, index) => [`$${index === 0 ? 1 : index + fixed}`, type]);
  if (parents === 1) return `(values (${params.map((each) => each.join("::"))}, 1)) k (${names}, n)`;
  const arrays = params.map((each) => `(select ${each.join("::")}[])`);
  return `unnest(${arrays}) with ordinality k (${names}, n)`;
}

/** The row of a parent. */
export const atParent: At = (property) => `k."${property}"`;

/** The parameters of a statement: the keys of one parent as values, those of many as arrays, and who asks. */
export function paramsOf(
  key: Key,
  parents: readonly Parent[],
  viewer: { organizationId: string; role: string } | null,
  values: unknown[],
): unknown[] {
  const [first, ...others] = Object.keys(key).map((property) => {
    const all = parents.map((parent) => parent[property]);
    return all.length === 1 ? all[0] : all;
  });
  return [first, viewer?.organizationId ?? null, viewer?.role ?? null, ...others, ...values];
}

/** The rows of a relation under one parent. */
export function rowsUnder(
  { db, bind }: Draft,
  at: At,
  { relation, args }: Pick<Wish, "relation" | "args">,
  limit: number | null,
): string {
  const key = keyAt(relation, at);
  const { type, from, where, order } = relation.source;
  const rows = from ? `(${from(key, args, bind)})` : tableOf(db, type);
  return `select r.*${relation.kind === "one" ? ", true as there" : ""} from ${rows} r where ${where?.(key, args, bind) ?? "true"}
    ${order ? `order by ${order("r", args)}` : ""} ${limit === null ? "" : `limit ${limit}`}`;
}

/** The expression of a plain value. */
export function valueUnder(
  { db, bind }: Draft,
  at: At,
  { relation, args }: Pick<Wish, "relation" | "args">,
): string {
  const { type } = relation.source;
  const table = (type as unknown) === Object ? "" : tableOf(db, type);
  return `(${relation.value(keyAt(relation, at), args, bind, table)})`;
}

function keyAt({ key }: Relation, at: At): KeySql {
  return Object.fromEntries(Object.keys(key).map((property) => [property, at(property)]));
}

export function atColumns({ db }: Draft, { source }: Relation, row: string): At {
  const all = columnsOfSource(db, source);
  return (property) => {
    const column = all.get(property);
    if (!column) throw new Error(`${source.type.name} has no column for ${property}.`);
    return `${row}."${column.name}"`;
  };
}

export function columnsOfSource(
  db: DataSource,
  { type, columns }: Relation["source"],
): ReadonlyMap<string, Column> {
  return columns
    ? new Map(Object.entries(columns).map(([property, type]) => [property, columnOf(property, type, false)]))
    : columnsOf(db, type);
}
