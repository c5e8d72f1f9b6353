import { batch, groupBy } from "../batch.ts";
import type { Context } from "../context.ts";
import { type Bind, conditions } from "../filter.ts";
import type { Node } from "../node/node.ts";
import { columnsOf, type RowClass, tableOf, toRow } from "../rows.ts";
import type { Connection } from "./connection.ts";
import { fromCursor, toCursor } from "./cursor.ts";
import { Direction, type PageArgs, pageSize } from "./page-args.ts";

/** A list of rows under each of many parents, as a noun declares it. */
export interface Listing<Row> {
  type: RowClass<Row>;
  /** The column that refers to the parent; or a condition on the row `r` that it is one of the parent's, `p`. */
  parent: string | { condition: string };
  /** A condition on the row `r` that all rows of the list meet. */
  base?: string;
  /** What the list can be ordered by: the property of the row and its column. None of them is ever null. */
  orders: { [field: string]: { property: keyof Row & string; column: string } };
  /** What `where` can compare: see `conditions`. */
  filters: Parameters<typeof conditions>[1];
}

export interface PageRequest {
  page: PageArgs;
  where?: object | null;
  orderBy: { field: string; direction: Direction };
}

/**
 * Declares a list that is paged by keyset. All parents that ask for the same page are read by one statement, in
 * which each has its own limit; `totalCount` is one more, when selected.
 */
export function listing<Row extends Node>(declared: Listing<Row>) {
  const pages = batch<string, Row[], PageRequest>(
    async (context, parents, request) => {
      const found = await readPages(context, declared, parents, request);
      return groupBy(found, (row) => row.parentId);
    },
    () => [],
  );
  const counts = batch<string, number, object | null>(
    (context, parents, where) => readCounts(context, declared, parents, where),
    () => 0,
  );
  return async (context: Context, parent: string, request: PageRequest): Promise<Connection<Row>> => {
    const found = await pages(context, parent, request);
    const { edges, pageInfo } = cut(found, request, orderOf(declared, request).property);
    return {
      edges,
      pageInfo,
      nodes: edges.map(({ node }) => node),
      get totalCount() {
        return counts(context, parent, request.where ?? null);
      },
    };
  };
}

function orderOf<Row>(declared: Listing<Row>, { orderBy }: PageRequest) {
  const order = declared.orders[orderBy.field];
  if (!order) throw new Error(`No column for the order ${orderBy.field}.`);
  return order;
}

async function readPages<Row>(
  { db }: Context,
  declared: Listing<Row>,
  parents: readonly string[],
  request: PageRequest,
): Promise<(Row & { parentId: string })[]> {
  const params: unknown[] = [parents];
  const bind: Bind = (value) => `$${params.push(value)}`;
  const { page, orderBy } = request;
  const { column, property } = orderOf(declared, request);
  const size = pageSize(page);
  const ascending = orderBy.direction === Direction.ASC;
  // `last` reads the list from its end; `cut` turns the rows round again.
  const direction = ascending === (page.last == null) ? "asc" : "desc";

  const where = [
    belongs(declared),
    declared.base ?? "true",
    ...conditions(request.where, declared.filters, bind),
  ];
  const beyond = (cursor: string, field: string, sign: string) => {
    const position = fromCursor(cursor, orderBy.field, field);
    where.push(`(r."${column}", r.id) ${sign} (${bind(position.value)}, ${bind(position.id)})`);
  };
  if (page.after != null) beyond(page.after, "after", ascending ? ">" : "<");
  if (page.before != null) beyond(page.before, "before", ascending ? "<" : ">");

  const found: (Row & { parentId: string })[] = await db.query(
    `select p.id as "parentId", r.* from unnest($1::uuid[]) p(id) cross join lateral (
       select ${columnsOf(db, declared.type)} from ${tableOf(db, declared.type)} r
       where ${where.join(" and ")} order by r."${column}" ${direction}, r.id ${direction} limit ${size + 1}
     ) r order by p.id, r."${property}" ${direction}, r.id ${direction}`,
    params,
  );
  return found.map((row) => toRow(declared.type, row) as Row & { parentId: string });
}

async function readCounts<Row>(
  { db }: Context,
  declared: Listing<Row>,
  parents: readonly string[],
  where: object | null,
): Promise<Map<string, number>> {
  const params: unknown[] = [parents];
  const all = [
    belongs(declared),
    declared.base ?? "true",
    ...conditions(where, declared.filters, (value) => `$${params.push(value)}`),
  ];
  const counted: { id: string; count: number }[] = await db.query(
    `select p.id, count(*)::int as count from unnest($1::uuid[]) p(id)
     join ${tableOf(db, declared.type)} r on ${all.join(" and ")} group by 1`,
    params,
  );
  return new Map(counted.map(({ id, count }) => [id, count]));
}

function belongs<Row>({ parent }: Listing<Row>): string {
  return typeof parent === "string" ? `r."${parent}" = p.id` : parent.condition;
}

/** The page, in its order, of the rows that were read: one more than fits says that there is more. */
function cut<Row extends Node>(found: Row[], { page, orderBy }: PageRequest, property: keyof Row & string) {
  const size = pageSize(page);
  const more = found.length > size;
  const rows = found.slice(0, size);
  if (page.last != null) rows.reverse();
  const edges = rows.map((node) => ({ node, cursor: toCursor(orderBy.field, node[property], node.id) }));
  const pageInfo = {
    hasNextPage: page.last == null ? more : page.before != null,
    hasPreviousPage: page.last == null ? page.after != null : more,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
  return { edges, pageInfo };
}
