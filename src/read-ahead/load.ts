import DataLoader from "dataloader";
import type { FieldNode, GraphQLResolveInfo } from "graphql";
import { loaderOf } from "../batch.ts";
import type { Context } from "../context.ts";
import type { Key, Parent, Wish } from "./relation.ts";
import { variablesBelow } from "./selection.ts";
import { type Row, type Statement, writeStatement } from "./statement.ts";

/** Reads wishes under a parent. @returns a row on which they lie */
export function load(
  context: Context,
  key: Key,
  parent: Parent,
  identity: string,
  wishes: () => Wish[],
): Promise<Row> {
  return loaderFor(context, key, identity, () => writeStatement(context.db, key, wishes(), null)).load(
    parent,
  );
}

/** What a resolver reads ahead for the fields below it. */
export interface Ahead {
  info: GraphQLResolveInfo;
  /** Tells apart what one field reads. */
  identity: string;
  wishes: () => Wish[];
}

/** Reads wishes under a parent, by a statement that is written once for a document and what its variables change. */
export function loadAhead(context: Context, key: Key, parent: Parent, ahead: Ahead): Promise<Row> {
  const { info, identity, wishes } = ahead;
  const [node] = info.fieldNodes;
  if (!node) throw new Error("A field without a node.");
  return loaderFor(context, key, `${identity} ${numberOf(node)}`, (parents) => {
    // Of a field that stands in the document twice, variables can leave one out.
    if (info.fieldNodes.length > 1) return writeStatement(context.db, key, wishes(), parents);
    const values = variablesBelow(node, info.fragments).map((name) => info.variableValues[name]);
    const variant = `${identity} ${parents} ${JSON.stringify(values)}`;
    return remembered(node, variant, () => writeStatement(context.db, key, wishes(), parents));
  }).load(parent);
}

/** Reads for all parents that ask in one tick. */
function loaderFor(
  context: Context,
  key: Key,
  identity: string,
  statementFor: (parents: number) => Statement,
) {
  const properties = Object.keys(key);
  const keyOf = (parent: Parent) => properties.map((property) => parent[property]).join(" ");
  return loaderOf(context, identity, () => {
    return new DataLoader<Parent, Row, string>(
      async (parents) => {
        const { text, values, revive } = statementFor(parents.length);
        const [first, ...others] = properties.map((property) => parents.map((parent) => parent[property]));
        const { viewer } = context;
        const organizationId = viewer === null || viewer instanceof Error ? null : viewer.organizationId;
        const found: { read: Row }[] = await context.db.query(text, [
          first,
          organizationId,
          ...others,
          ...values,
        ]);
        return found.map(({ read }) => {
          const row: Row = {};
          revive(read, row);
          return row;
        });
      },
      { cacheKeyFn: keyOf },
    );
  });
}

const numbers = new WeakMap<FieldNode, number>();
let nodes = 0;

function numberOf(node: FieldNode): number {
  const known = numbers.get(node) ?? ++nodes;
  numbers.set(node, known);
  return known;
}

/** Statements live as long as the document that they are for. */
const statements = new WeakMap<FieldNode, Map<string, Statement>>();

/** How many variants of its statement a field keeps: a list that is asked for by ever new cursors has no end of them. */
const variants = 100;

function remembered(node: FieldNode, variant: string, write: () => Statement): Statement {
  const known = statements.get(node) ?? new Map<string, Statement>();
  statements.set(node, known);
  const statement = known.get(variant) ?? write();
  if (known.size >= variants) known.clear();
  known.set(variant, statement);
  return statement;
}
