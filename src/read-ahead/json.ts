import {
  type FieldNode,
  type GraphQLField,
  type GraphQLOutputType,
  getArgumentValues,
  getNullableType,
  isNonNullType,
} from "graphql";
import type { DataSource } from "typeorm";
import { limits } from "../limits.ts";
import {
  type At,
  atColumns,
  atParent,
  columnsOfSource,
  type Draft,
  fromParents,
  mostJoins,
  newDraft,
  rowsUnder,
  takeShare,
  valueUnder,
} from "./draft.ts";
import { columnJson, leafJson } from "./leaf-json.ts";
import type { Key, Relation, Wish } from "./relation.ts";
import { below, fieldsOf, type Selection } from "./selection.ts";
import type { Statement } from "./statement.ts";
import type { FieldReads } from "./wanted.ts";
import { impossible, Unwritable, Written } from "./written.ts";

/** A row whose fields are written, and the rows that are joined to it. */
export interface Place {
  draft: Draft;
  at: At;
  joins: string[];
  /** What has been joined, by relation and arguments. */
  joined: Map<string, string>;
  /** How many rows there can be of its kind in the statement. */
  parents: number;
}

/** A field as it is asked for. */
export interface Asked {
  type: GraphQLOutputType;
  below: Selection | null;
}

/** Writes the JSON that the resolver of a field comes to, as an expression of SQL. @throws Unwritable */
export type WriteJson = (place: Place, asked: Asked, args: { [name: string]: unknown }) => string;

/** What a look-up finds: a relation with its arguments. */
export type Found = Pick<Wish, "relation" | "args">;

/**
 * Has PostgreSQL write the JSON of a field under many parents, to the last brace, so that nothing of it is made in this
 * process. It gives what the resolvers would, or fails.
 *
 * @param write the expression of the field
 */
export function writeJsonStatement(
  db: DataSource,
  key: Key,
  { count, statements, write }: { count: number; statements: number; write: (place: Place) => string },
): Statement<string> {
  const written = (lists: number) => {
    const draft = newDraft(db, key, lists * statements);
    return { draft, json: write({ draft, at: atParent, joins: [], joined: new Map(), parents: count }) };
  };
  const alone = written(1);
  // How many lists there are is known when they are written: a list that is asked for twice is two of them.
  const { draft, json } = alone.draft.taken > 1 ? written(alone.draft.taken) : alone;
  // Materialized, in effect: a text that is measured is written once.
  const text = `select case when octet_length(read) > ${mostBytes} then (${impossible})::text else read end as read
    from ${fromParents(key, count)} cross join lateral (select (${json})::text as read offset 0) j order by k.n`;
  return {
    text,
    values: draft.values,
    revive(read, row) {
      row.json = new Written(read);
    },
  };
}

/** What is longer is not sent to this process, where a resolver tells sooner that it is too much. */
const mostBytes = limits.answerCharacters;

/** The fields of an object, by their keys in the answer. */
export function fieldsJson(place: Place, relation: Relation, selection: Selection): [string, string][] {
  return Array.from(fieldsOf(selection), ([key, nodes]) => {
    // PostgreSQL would cut it off.
    if (key.length > 63) throw new Unwritable(`${key} is too long for a column.`);
    return [key, fieldJson(place, relation, selection, nodes)];
  });
}

function fieldJson(place: Place, relation: Relation, selection: Selection, nodes: FieldNode[]): string {
  const { info, type } = selection;
  const [node] = nodes as [FieldNode, ...FieldNode[]];
  const field = type.getFields()[node.name.value];
  if (!field) return `'${type.name}'::text`; // __typename
  const write = writeOf(field);
  if (write) {
    const args = getArgumentValues(field, node, info.variableValues);
    return write(place, { type: field.type, below: below(info, field.type, nodes) }, args);
  }
  const column = field.resolve ? undefined : columnsOfSource(place.draft.db, relation.source).get(field.name);
  if (!column) throw new Unwritable(`${type.name}.${field.name} is made by a resolver.`);
  return columnJson(field.type, column, place.at(field.name));
}

function writeOf({ extensions }: GraphQLField<unknown, unknown>): WriteJson | undefined {
  const { json, reads } = extensions as { json?: WriteJson; reads?: FieldReads };
  return json ?? reads?.json;
}

/** What a look-up gives to a field, which hands it on. */
export function foundJson(place: Place, found: Found, asked: Asked, missing: unknown): string {
  const { kind } = found.relation;
  if (kind === "value") return valueJson(place, found, asked, missing);
  return kind === "one" ? joinedJson(place, found, asked) : rowsJson(place, found, asked);
}

/** A row that becomes an object. None of its columns, which are named by the client, can be called so and be taken for it. */
export const object = '"{}"';

/** An object of which one row has all fields; null when there is none. */
export function rowJson(place: Place, found: Found, { type, below }: Asked): string {
  const { relation, args } = found;
  if (!below || relation.kind !== "one") throw new Unwritable("It is no object of one row.");
  const { draft, parents } = place;
  const limit = relation.source.limit?.(args) ?? null;
  const [from, row] = [rowsUnder(draft, place.at, found, limit), draft.name("j")];
  const at = atColumns(draft, relation, row);
  const inner: Place = { draft, at, joins: [], joined: new Map(), parents };
  const fields = fieldsJson(inner, relation, below);
  const json = `(select to_json(${object}) from (
    select ${asColumns(fields)} from (${from}) ${row} ${inner.joins.join(" ")}) ${object})`;
  return isNonNullType(type) ? `coalesce(${json}, ${impossible})` : json;
}

/** The same by a join, which costs a tenth of a statement in the list of columns. */
function joinedJson(place: Place, found: Found, asked: Asked): string {
  const { below, type } = asked;
  if (!below) throw new Unwritable("It is no object.");
  if (place.joins.length >= mostJoins) return rowJson(place, found, asked);
  const row = join(place, found);
  const at = atColumns(place.draft, found.relation, row);
  const fields = fieldsJson({ ...place, at, joined: new Map() }, found.relation, below);
  return `case when ${row}.there then ${objectSql(fields)}${isNonNullType(type) ? ` else ${impossible}` : ""} end`;
}

/** Joins the row that a look-up finds. @returns its name */
function join({ draft, at, joins, joined }: Place, { relation, args }: Found): string {
  const identity = `${relation.name} ${JSON.stringify(args)}`;
  const there = joined.get(identity);
  if (there) return there;
  const row = draft.name("j");
  const limit = relation.source.limit?.(args) ?? null;
  joins.push(`left join lateral (${rowsUnder(draft, at, { relation, args }, limit)}) ${row} on true`);
  joined.set(identity, row);
  return row;
}

/** The columns of the row that a look-up finds, which is joined. */
export function columnsOfJoined(place: Place, found: Found): At {
  return atColumns(place.draft, found.relation, join(place, found));
}

/**
 * How much longer than its share a list may be. A share is what is left of an answer when all other lists are as long as they
 * can be, which they hardly ever are; of the answer as a whole it is looked at what it holds.
 */
const longer = 8;

/** A list of objects, each of a row. One that is too long cannot be written. */
function rowsJson(place: Place, found: Found, { below }: Asked): string {
  const { relation, args } = found;
  const { source } = relation;
  if (!below) throw new Unwritable("It is no list of objects.");
  if (source.alone && place.parents !== 1) throw new Unwritable("It is read for many in another way.");
  const limit = source.limit?.(args) ?? null;
  const share = limit === null ? longer * takeShare(place.draft, place.parents) : null;
  const { from, row, rows } = rowsOf(place, found, limit ?? (share ?? 0) + 1);
  const fields = fieldsJson(rows, relation, below);
  // A join may put the rows into another order.
  const order = rows.joins.length > 0 ? `order by ${source.order?.(row, args)}` : "";
  const list = `coalesce(json_agg(${object}), '[]')`;
  const whole = share === null ? list : `case when count(*) > ${share} then ${impossible} else ${list} end`;
  return `(select ${whole} from (select ${asColumns(fields)} from ${from} ${rows.joins.join(" ")} ${order}) ${object})`;
}

/** Where the fields of each row of a list are written. */
export function rowsOf({ draft, at, parents }: Place, found: Found, limit: number) {
  const { relation } = found;
  const [rows, row] = [rowsUnder(draft, at, found, limit), draft.name("r")];
  const length = Math.max(1, relation.source.atMost ?? limit);
  const place: Place = {
    ...{ draft, at: atColumns(draft, relation, row), joins: [], joined: new Map() },
    parents: parents * length,
  };
  return { from: `(${rows}) ${row}`, row, rows: place };
}

/** A plain value. */
function valueJson(place: Place, found: Found, { type, below }: Asked, missing: unknown): string {
  if (below) throw new Unwritable("An object is made of it.");
  const json = leafJson(getNullableType(type), valueUnder(place.draft, place.at, found));
  return isNonNullType(type) ? `coalesce(to_json(${json}), '${JSON.stringify(missing)}'::json)` : json;
}

/** An object that is no row, of the SQL of its fields by their names. */
export function objectJson({ below }: Asked, sql: { [field: string]: string }): string {
  if (!below) throw new Unwritable("It is no object.");
  const fields = Array.from(fieldsOf(below), ([key, [node]]): [string, string] => {
    const name = node?.name.value ?? "";
    const json = name === "__typename" ? `'${below.type.name}'::text` : sql[name];
    if (json === undefined) throw new Unwritable(`${below.type.name}.${name} is made by a resolver.`);
    return [key, json];
  });
  return objectSql(fields);
}

/** An object that is made of properties of its row. */
export function propertiesJson(properties: { [field: string]: string }): WriteJson {
  return ({ at }, asked) => {
    const sql = Object.entries(properties).map(([field, property]) => [field, at(property)]);
    return objectJson(asked, Object.fromEntries(sql));
  };
}

/** What a function of PostgreSQL takes is a hundred arguments. */
const mostFields = 50;

export function objectSql(fields: [string, string][]): string {
  if (fields.length > mostFields) throw new Unwritable(`More than ${mostFields} fields.`);
  return `json_build_object(${fields.map(([key, sql]) => `'${key}', ${sql}`).join(", ")})`;
}

export function asColumns(fields: [string, string][]): string {
  return fields.map(([key, sql]) => `${sql} as "${key}"`).join(", ");
}
