import DataLoader from "dataloader";
import type { FieldNode, GraphQLResolveInfo } from "graphql";
import { QueryFailedError } from "typeorm";
import { loaderOf } from "../batch.ts";
import type { Context } from "../context.ts";
import { read } from "../postgres/read.ts";
import { paramsOf } from "./draft.ts";
import { type Place, writeJsonStatement } from "./json.ts";
import type { Key, Parent, Wish } from "./relation.ts";
import { fieldsOf, variablesBelow } from "./selection.ts";
import { type Row, type Statement, writeStatement } from "./statement.ts";
import type { Written } from "./written.ts";

/** Reads wishes under a parent, and nothing below them. @returns a row on which they lie */
export function load(
  context: Context,
  key: Key,
  parent: Parent,
  identity: string,
  wishes: () => Wish[],
): Promise<Row> {
  const statementFor = (count: number) =>
    writeStatement(context.db, key, wishes(), { count, paid: true, statements: 1 });
  return loaderFor(context, key, identity, statementFor).load(parent);
}

/** What a resolver reads ahead for the fields below it. */
export interface Ahead {
  info: GraphQLResolveInfo;
  /** Tells apart what one field reads. */
  identity: string;
  wishes: () => Wish[];
}

/** Reads wishes under a parent, and what is selected below them. Fields that select the same are read together. */
export function loadAhead(context: Context, key: Key, parent: Parent, ahead: Ahead): Promise<Row> {
  const statementFor = (count: number) =>
    remembered(ahead, count, () => {
      const statements = rootsOf(ahead.info);
      return writeStatement(context.db, key, ahead.wishes(), { count, paid: false, statements });
    });
  return loaderFor(context, key, identityOf(statementFor(1)), statementFor, true).load(parent);
}

function identityOf<Read>({ text, values }: Statement<Read>): string {
  return values.length === 0 ? text : `${text} ${JSON.stringify(values)}`;
}

/**
 * Has PostgreSQL write the answer of a root field. Root fields that select the same are written together.
 *
 * @returns null when there is nothing
 */
export async function loadWritten(
  context: Context,
  key: Key,
  parent: Parent,
  { info, identity, write }: Omit<Ahead, "wishes"> & { write: (place: Place) => string },
): Promise<Written | null> {
  const statementFor = (count: number) =>
    remembered({ info, identity: `json ${identity}` }, count, () =>
      writeJsonStatement(context.db, key, { count, statements: rootsOf(info), write }),
    );
  const row = await loaderFor(context, key, identityOf(statementFor(1)), statementFor).load(parent);
  return (row.json as Written | undefined) ?? null;
}

/** Reads for all parents that ask in one tick. */
function loaderFor<Read>(
  context: Context,
  key: Key,
  identity: string,
  statementFor: (count: number) => Statement<Read>,
  isAhead = false,
): DataLoader<Parent, Row, string> {
  const properties = Object.keys(key);
  const cacheKeyFn = (parent: Parent) => properties.map((property) => parent[property]).join(" ");
  const readAll = async (parents: readonly Parent[]) => {
    const { text, values, revive } = statementFor(parents.length);
    const viewer = context.viewer instanceof Error ? null : context.viewer;
    const params = paramsOf(key, parents, viewer, values);
    const found = await read<{ read: Read | null }>(context.db, text, params).catch((error) => {
      if (!isAhead || !isRefusedValue(error)) throw error;
      return parents.map(() => ({ read: null }));
    });
    return found.map(({ read }) => {
      const row: Row = {};
      if (read) revive(read, row);
      return row;
    });
  };
  return loaderOf(context, identity, () => new DataLoader(readAll, { cacheKeyFn }));
}

/** A value of one field that PostgreSQL cannot take, such as text with a NUL, is not held against all others: each is read apart then. */
function isRefusedValue(error: unknown): boolean {
  const { code } = error instanceof QueryFailedError ? (error.driverError as { code?: string }) : {};
  return code?.startsWith("22") ?? false;
}

/** How many fields of an operation are read ahead from, at most. */
function rootsOf({ schema, operation, fragments, variableValues }: GraphQLResolveInfo): number {
  const type = schema.getRootType(operation.operation);
  const info = { schema, fragments, variableValues };
  return type ? Math.max(1, fieldsOf({ info, type, sets: [operation.selectionSet] }).size) : 1;
}

/** Statements live as long as the document that they were written for. */
const statements = new WeakMap<FieldNode, Map<string, Statement<unknown>>>();

/** How many statements a field keeps: a list that is asked for by ever new cursors has no end of them. */
const most = 100;

/** Characters of the variables and arguments of one that is kept: what is longer will hardly come again. */
const longest = 4_000;

/** The statement of a field is written once for each value of the variables that change it. */
function remembered<Read>(
  { info, identity }: Omit<Ahead, "wishes">,
  parents: number,
  write: () => Statement<Read>,
): Statement<Read> {
  const [node] = info.fieldNodes;
  if (!node) return write();
  const known = statements.get(node) ?? new Map<string, Statement<unknown>>();
  statements.set(node, known);
  const variables = variablesBelow(node, info.fragments).map((name) => info.variableValues[name]);
  const variant = `${identity} ${parents} ${JSON.stringify(variables)}`;
  const there = known.get(variant); // `identity` tells what it reads
  if (there) return there as Statement<Read>;
  const statement = write();
  if (known.size >= most) known.clear();
  if (variant.length <= longest) known.set(variant, statement);
  return statement;
}
