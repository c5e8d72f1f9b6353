import { GraphQLError } from "graphql";
import type { DataSource } from "typeorm";
import { Refusal } from "../user-error.ts";
import type { Column } from "./columns.ts";
import {
  type At,
  atColumns,
  atParent,
  columnsOfSource,
  type Draft,
  fromParents,
  listsIn,
  mostJoins,
  newDraft,
  rowsUnder,
  takeShare,
  valueUnder,
} from "./draft.ts";
import type { Key, Wish } from "./relation.ts";

export type Row = { [property: string]: unknown };

/** Takes what was read for one row out of its level of JSON, and lays it on the row. */
type Revive = (level: Row, row: Row) => void;

/**
 * Reads what is wished for under many parents: for each one object of JSON. `$1` holds the first property of their keys,
 * `$2` is the viewer's organization, `$3` the role; then come the other properties of the keys, and `values`.
 */
export interface Statement<Read = Row> {
  text: string;
  values: unknown[];
  revive(read: Read, row: Row): void;
}

/** A level of JSON: one row, and beside it the rows that are joined to it, and lists and values under all of them. */
interface Level {
  columns: string[];
  joins: string[];
}

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

/** @throws Refusal when arguments of these wishes are refused; those of wishes below them are left to their resolvers. */
export function writeStatement(
  db: DataSource,
  key: Key,
  wishes: Iterable<Wish>,
  { count, paid, statements }: Parents,
): Statement {
  const draft = newDraft(db, key, listsIn(wishes) * statements);
  const level: Level = { columns: [], joins: [] };
  const parents = paid ? null : count;
  const revive = inTurn(Array.from(wishes, (wish) => writeWish(draft, level, atParent, wish, parents)));
  const text = `select to_json(j) as read from ${fromParents(key, count)}
    cross join lateral (select ${level.columns.join(", ")} from (select) one ${level.joins.join(" ")}) j order by k.n`;
  return { text, values: draft.values, revive };
}

function writeWish(draft: Draft, level: Level, at: At, wish: Wish, parents: number | null): Revive {
  return write[wish.relation.kind](draft, level, at, wish, parents);
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

type Write = (draft: Draft, level: Level, at: At, wish: Wish, parents: number | null) => Revive;

const write: { [kind in "one" | "many" | "value"]: Write } = {
  value(draft, level, at, wish) {
    const name = draft.name("v");
    level.columns.push(`${valueUnder(draft, at, wish)} as "${name}"`);
    return (from, row) => {
      row[wish.place] = from[name];
    };
  },

  /** By a join, which costs a tenth of a statement in the list of columns. Its class tells the types of an interface apart. */
  one(draft, level, at, wish, parents) {
    const from = rowsUnder(draft, at, wish, wish.relation.source.limit?.(wish.args) ?? null);
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
  many(draft, level, at, wish, parents) {
    const { relation, args, place } = wish;
    const limit = relation.source.limit?.(args) ?? null;
    // A list that turns out to be longer than its share of the answer's budget is left to its resolver.
    const share = limit === null && parents !== null ? takeShare(draft, parents) : null;
    const from = rowsUnder(draft, at, wish, share === null ? limit : share + 1);
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

/** The columns that are wanted of a row: all of them, when something is wanted that is none. */
function columnsFor({ db }: Draft, { relation, wanted }: Wish): [property: string, Column][] {
  const all = columnsOfSource(db, relation.source);
  if (wanted.whole || [...wanted.columns].some((property) => !all.has(property))) return [...all];
  return [...all].filter(([property]) => wanted.columns.has(property));
}
