import { GraphQLError } from "graphql";
import type { DataSource } from "typeorm";
import type { Bind } from "../filter.ts";
import { limits } from "../limits.ts";
import { tableOf } from "../rows.ts";
import { Refusal } from "../user-error.ts";
import { type Column, columnOf, columnsOf } from "./columns.ts";
import type { Key, KeySql, Parent, Relation, Wish } from "./relation.ts";

export type Row = { [property: string]: unknown };

/** Takes what was read for one row out of its level of JSON, and lays it on the row. */
type Revive = (level: Row, row: Row) => void;

/**
 * Reads what is wished for under many parents: for each one object of JSON. `$1` holds the first property of their
 * keys, `$2` is the viewer's organization; then come the other properties of the keys, and `values`.
 */
export interface Statement {
  text: string;
  values: unknown[];
  revive: Revive;
}

/** A statement while it is being written. */
interface Draft {
  db: DataSource;
  values: unknown[];
  bind: Bind;
  /** Makes a name that is new in the statement. */
  name(prefix: string): string;
  /** Lists without a limit, among which all that is read ahead in a request is shared. */
  lists: number;
}

/** A level of JSON: one row, and beside it the rows that are joined to it, and lists and values under all of them. */
interface Level {
  columns: string[];
  joins: string[];
}

/** The SQL of a property of the row that wishes hang on. */
type At = (property: string) => string;

/** The parents of a statement. */
interface Parents {
  count: number;
  /**
   * Whether their lists have been paid for, and are read whole. Otherwise the more parents there are, the shorter are the
   * lists that are read ahead: what turns out to be longer is left to its resolver.
   */
  paid: boolean;
  /** How many statements an operation may read ahead by, this one included. */
  statements: number;
}

/** Rows that are joined at one level: PostgreSQL takes ever longer to plan more of them. */
const mostJoins = 8;

/** @throws Refusal when arguments of these wishes are refused; those of wishes below them are left to their resolvers. */
export function writeStatement(
  db: DataSource,
  key: Key,
  wishes: Iterable<Wish>,
  { count, paid, statements }: Parents,
): Statement {
  const values: unknown[] = [];
  let names = 0;
  const draft: Draft = {
    db,
    values,
    bind: (value) => `$${Object.keys(key).length + 1 + values.push(value)}`,
    name: (prefix) => `${prefix}${names++}`,
    lists: listsIn(wishes) * statements,
  };
  const level: Level = { columns: [], joins: [] };
  const at: At = (property) => `k."${property}"`;
  const parents = paid ? null : count;
  const revive = inTurn(Array.from(wishes, (wish) => writeWish(draft, level, at, wish, parents)));
  const text = `select to_json(j) as read from (select $2::uuid) viewer (organization_id) cross join ${keysFrom(key, count)}
    cross join lateral (select ${level.columns.join(", ")} from (select) one ${level.joins.join(" ")}) j order by k.n`;
  return { text, values, revive };
}

/** The keys of the parents: those of one as values, those of many as arrays. */
export function keyParams(key: Key, parents: readonly Parent[]): unknown[] {
  return Object.keys(key).map((property) => {
    const all = parents.map((parent) => parent[property]);
    return all.length === 1 ? all[0] : all;
  });
}

/**
 * PostgreSQL takes one parent for what it is; and it is not shown the arrays when it plans: seeing how short they are, it would
 * plan the statement anew each time.
 */
function keysFrom(key: Key, parents: number): string {
  const names = Object.keys(key).map((property) => `"${property}"`);
  const params = Object.values(key).map((type, index) => [`$${index === 0 ? 1 : index + 2}`, type]);
  if (parents === 1) return `(values (${params.map((each) => each.join("::"))}, 1)) k (${names}, n)`;
  const arrays = params.map((each) => `(select ${each.join("::")}[])`);
  return `unnest(${arrays}) with ordinality k (${names}, n)`;
}

function listsIn(wishes: Iterable<Wish>): number {
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

function writeWish(draft: Draft, level: Level, at: At, wish: Wish, parents: number | null): Revive {
  const properties = Object.keys(wish.relation.key);
  const key = Object.fromEntries(properties.map((property) => [property, at(property)]));
  return write[wish.relation.kind](draft, level, key, wish, parents);
}

/** Writes what hangs on a row of a relation. */
function hang(
  draft: Draft,
  level: Level,
  row: string,
  { relation, wanted }: Wish,
  parents: number | null,
): Revive {
  const at = atColumns(draft, relation, row);
  const revives: Revive[] = [];
  for (const wish of wanted.wishes.values()) {
    if (wish.relation.source.alone && parents !== 1) continue;
    const bound = draft.values.length;
    try {
      revives.push(writeWish(draft, level, at, wish, parents));
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof GraphQLError)) throw error;
      draft.values.length = bound;
    }
  }
  return inTurn(revives);
}

function inTurn(revives: Revive[]): Revive {
  return (from, row) => {
    for (const revive of revives) revive(from, row);
  };
}

type Write = (draft: Draft, level: Level, key: KeySql, wish: Wish, parents: number | null) => Revive;

const write: { [kind in "one" | "many" | "value"]: Write } = {
  value(draft, level, key, { relation, args, place }) {
    const { type } = relation.source;
    const sql = relation.value(
      key,
      args,
      draft.bind,
      (type as unknown) === Object ? "" : tableOf(draft.db, type),
    );
    const name = draft.name("v");
    level.columns.push(`(${sql}) as "${name}"`);
    return (from, row) => {
      row[place] = from[name];
    };
  },

  /** By a join, which costs a tenth of a statement in the list of columns. Its class tells the types of an interface apart. */
  one(draft, level, key, wish, parents) {
    const from = rowsUnder(draft, key, wish, wish.relation.source.limit?.(wish.args) ?? null);
    const name = draft.name("j");
    if (level.joins.length >= mostJoins) return writeInside(draft, level, { from, name }, wish, parents);
    level.joins.push(`left join lateral (${from}) ${name} on true`);
    level.columns.push(`${name}.there as "${name}"`);
    const taken = columnsFor(draft, wish).map(([property, column]) => {
      level.columns.push(`${name}."${column.name}" as "${name}.${property}"`);
      return { property, as: `${name}.${property}`, revive: column.revive };
    });
    const below = hang(draft, level, name, wish, parents);
    const { place, relation } = wish;
    const { prototype } = relation.source.type;
    return (from, parent) => {
      parent[place] = null;
      if (from[name] === null) return;
      const row: Row = Object.create(prototype);
      for (const { property, as, revive } of taken) {
        const json = from[as];
        row[property] = revive === null || json === null ? json : revive(json as string);
      }
      below(from, row);
      parent[place] = row;
    };
  },

  /** Its rows stay what JSON made of them: to give each a class would cost more than all the rest that is done to it. */
  many(draft, level, key, wish, parents) {
    const { relation, args, place } = wish;
    const limit = relation.source.limit?.(args) ?? null;
    // A list that turns out to be longer than its share of the answer's budget is left to its resolver.
    const share =
      limit === null && parents !== null
        ? Math.max(1, Math.floor(limits.answer / parents / draft.lists))
        : null;
    const from = rowsUnder(draft, key, wish, share === null ? limit : share + 1);
    const [rows, name] = [draft.name("r"), draft.name("l")];
    const columns = columnsFor(draft, wish);
    const inner: Level = {
      columns: columns.map(([property, column]) => `${rows}."${column.name}" as "${property}"`),
      joins: [],
    };
    const length = Math.max(1, limit ?? relation.source.atMost ?? share ?? 1);
    const below = hang(draft, inner, rows, wish, parents === null ? null : parents * length);
    // A join may put the rows into another order.
    const order = inner.joins.length > 0 ? `order by ${relation.source.order?.(rows, args)}` : "";
    level.columns.push(
      `(select coalesce(json_agg(j), '[]') from (
         select ${inner.columns.join(", ")} from (${from}) ${rows} ${inner.joins.join(" ")} ${order}) j) as "${name}"`,
    );
    const revived = columns.flatMap(([property, { revive }]) => (revive ? [{ property, revive }] : []));
    return (from, parent) => {
      const found = from[name] as Row[];
      if (share !== null && found.length > share) return;
      for (const row of found) {
        for (const { property, revive } of revived)
          if (row[property] !== null) row[property] = revive(row[property] as string);
        below(row, row);
      }
      parent[place] = found;
    };
  },
};

/** One more row beside many that are joined: by a statement in the list of columns, with a level of its own. */
function writeInside(
  draft: Draft,
  level: Level,
  { from, name }: { from: string; name: string },
  wish: Wish,
  parents: number | null,
): Revive {
  const columns = columnsFor(draft, wish);
  const inner: Level = {
    columns: columns.map(([property, column]) => `${name}."${column.name}" as "${property}"`),
    joins: [],
  };
  const below = hang(draft, inner, name, wish, parents);
  level.columns.push(
    `(select to_json(j) from (
       select ${inner.columns.join(", ")} from (${from}) ${name} ${inner.joins.join(" ")}) j) as "${name}"`,
  );
  const { place, relation } = wish;
  const { prototype } = relation.source.type;
  return (outer, parent) => {
    parent[place] = null;
    const json = outer[name] as Row | null;
    if (json === null) return;
    const row: Row = Object.create(prototype);
    for (const [property, { revive }] of columns)
      row[property] = revive && json[property] !== null ? revive(json[property] as string) : json[property];
    below(json, row);
    parent[place] = row;
  };
}

/** The rows of a relation under one parent. */
function rowsUnder({ db, bind }: Draft, key: KeySql, { relation, args }: Wish, limit: number | null): string {
  const { type, from, where, order } = relation.source;
  const rows = from ? `(${from(key, args, bind)})` : tableOf(db, type);
  return `select r.*${relation.kind === "one" ? ", true as there" : ""} from ${rows} r where ${where?.(key, args, bind) ?? "true"}
    ${order ? `order by ${order("r", args)}` : ""} ${limit === null ? "" : `limit ${limit}`}`;
}

/** The columns that are wanted of a row: all of them, when something is wanted that is none. */
function columnsFor({ db }: Draft, { relation, wanted }: Wish): [property: string, Column][] {
  const all = columnsOfSource(db, relation.source);
  if (wanted.whole || [...wanted.columns].some((property) => !all.has(property))) return [...all];
  return [...all].filter(([property]) => wanted.columns.has(property));
}

function atColumns({ db }: Draft, { source }: Relation, row: string): At {
  const all = columnsOfSource(db, source);
  return (property) => {
    const column = all.get(property);
    if (!column) throw new Error(`${source.type.name} has no column for ${property}.`);
    return `${row}."${column.name}"`;
  };
}

function columnsOfSource(db: DataSource, { type, columns }: Relation["source"]) {
  return columns
    ? new Map(Object.entries(columns).map(([property, type]) => [property, columnOf(property, type)]))
    : columnsOf(db, type);
}
