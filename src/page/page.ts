import { type FieldNode, GraphQLInt, type GraphQLResolveInfo } from "graphql";
import type { Context } from "../context.ts";
import { type Bind, conditions } from "../filter.ts";
import type { Node } from "../node/node.ts";
import { columnsOf } from "../read-ahead/columns.ts";
import type { Asked, Place } from "../read-ahead/json.ts";
import { loadAhead, loadWritten } from "../read-ahead/load.ts";
import { many, value } from "../read-ahead/look.ts";
import type { Parent, Wish } from "../read-ahead/relation.ts";
import { ahead, below, fieldsOf, type Selection } from "../read-ahead/selection.ts";
import { type Soon, then } from "../read-ahead/soon.ts";
import { isToBeWritten, Unwritable } from "../read-ahead/written.ts";
import type { RowClass } from "../rows.ts";
import { selects } from "../selection.ts";
import type { Connection, PageInfo } from "./connection.ts";
import { fromCursor, toCursor } from "./cursor.ts";
import { Direction, type PageArgs, pageSize } from "./page-args.ts";
import { pageJson } from "./page-json.ts";

/** A list of rows under each of many parents, as a noun declares it. */
export interface Listing<Row> {
  type: RowClass<Row>;
  /** The column that refers to the parent; or the condition that a row `r` is one of the parent's with this id. */
  parent: string | ((id: string) => string);
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

/** The request that the arguments of a field make. */
export function pageRequest({
  where,
  orderBy,
  ...page
}: PageArgs & Pick<PageRequest, "where" | "orderBy">): PageRequest {
  return { page, orderBy, where: where ?? null };
}

/**
 * Declares a list that is paged by keyset. All parents that ask for the same page are read by one statement, in
 * which each has its own limit; `totalCount` is one more, when it is selected.
 */
export function listing<Row extends Node>(declared: Listing<Row>) {
  const { type } = declared;
  const key = { id: "uuid" } as const;
  const rows = many<Row, "id", PageRequest>({
    type,
    key,
    where: ({ id }, request, bind) =>
      [
        ...listed(declared, id, request.where, bind, `r.${orderOf(declared, request).column}`),
        ...between(declared, request, bind),
      ].join(" and "),
    order: (row, request) => orderBy(declared, request, row),
    limit: ({ page }) => pageSize(page) + 1, // one more than fits says that there is more
    argsKey: requestKey,
  });
  const count = value<number, "id", PageRequest["where"]>({
    type,
    key,
    sql: ({ id }, where, bind, table) =>
      `select count(*)::int from ${table} r where ${listed(declared, id, where, bind).join(" and ")}`,
    missing: 0,
    argsKey: whereKey,
  });

  function connectionOf(context: Context, parent: Parent<"id">, request: PageRequest): Connection<Row> {
    const found = () => rows(context, parent, request);
    return {
      get nodes() {
        return then(found(), (all) => cut(all, request));
      },
      get edges() {
        return then(found(), (all) =>
          cut(all, request).map((node) => ({ node, cursor: cursorOf(declared, request, node) })),
        );
      },
      get pageInfo() {
        return then(found(), (all) => pageInfoOf(declared, request, all));
      },
      get totalCount() {
        return count(context, parent, request.where ?? null);
      },
    };
  }

  function wishes(request: PageRequest, selection: Selection | readonly string[] | null): Wish[] {
    if (selection === null || !("sets" in selection)) return rows.wishes(request, selection);
    const fields = fieldsOf(selection);
    const named = (name: string) => [...fields.values()].flat().filter((node) => node.name.value === name);
    const [nodes, edges, pageInfo] = [named("nodes"), named("edges"), named("pageInfo")];
    const counted = named("totalCount").length > 0 ? count.wishes(request.where ?? null, null) : [];
    if (nodes.length + edges.length + pageInfo.length === 0) return counted;
    const listed = rows.wishes(request, rowsIn(selection, nodes, edges));
    if (edges.length + pageInfo.length > 0)
      // for cursors
      for (const { wanted } of listed) wanted.columns.add("id").add(orderOf(declared, request).property);
    return [...listed, ...counted];
  }

  const look = (
    context: Context,
    parent: Parent<"id">,
    request: PageRequest,
    info?: GraphQLResolveInfo,
  ): Soon<Connection<Row>> => {
    check(declared, request);
    const selection = ahead(context, info, null);
    const identity = `${rows.relation.name} ${requestKey(request)}`;
    if (isToBeWritten(info)) {
      if (!selection) throw new Unwritable("It is too much to be written.");
      return loadWritten(context, key, parent, {
        info,
        identity,
        write: (place) => json(place, request, { type: info.returnType, below: selection }),
      }) as Promise<unknown> as Promise<Connection<Row>>;
    }
    if (!info || !selection) return checked(parent, info);
    return loadAhead(context, key, parent, { info, identity, wishes: () => wishes(request, selection) }).then(
      (read) => checked({ ...read, ...parent }, info),
    );

    /** A page is read before it is handed on, unless nothing of it or only its count is shown: what cannot be read is an error of the list. */
    function checked(found: Parent<"id">, info: GraphQLResolveInfo | undefined) {
      const connection = connectionOf(context, found, request);
      const isShown = info
        ? ["nodes", "edges", "pageInfo"].some((field) => selects(info, field))
        : "id" in found && count.wishes(request.where ?? null, null).every(({ place }) => !(place in found));
      return isShown ? then(rows(context, found, request), () => connection) : connection;
    }
  };
  const json = (place: Place, request: PageRequest, asked: Asked) => {
    check(declared, request);
    const { property } = orderOf(declared, request);
    const column = columnsOf(place.draft.db, type).get(property);
    return pageJson(place, asked, {
      found: { relation: rows.relation, args: request },
      page: request.page,
      order: {
        ...{ field: request.orderBy.field, property, isMoment: column?.type === "timestamptz" },
        sql: (row) => orderBy(declared, request, row),
      },
      totalCount: (place) => count.json(place, request.where ?? null, { type: GraphQLInt, below: null }),
    });
  };
  return Object.assign(look, { wishes, json });
}

/** What is selected of the rows on a page. */
function rowsIn(
  connection: Selection,
  nodes: FieldNode[],
  edges: FieldNode[],
): Selection | readonly string[] {
  const { info, type } = connection;
  const { nodes: nodesField, edges: edgesField } = type.getFields();
  const edge = below(info, edgesField?.type, edges);
  const inEdges = edge ? [...fieldsOf(edge).values()].flat().filter(({ name }) => name.value === "node") : [];
  return below(info, nodesField?.type, [...nodes, ...inEdges]) ?? [];
}

/** @throws Refusal when an argument cannot be used: at the list itself, whatever is selected of it */
function check<Row>(declared: Listing<Row>, request: PageRequest): void {
  pageSize(request.page);
  const bind = () => "";
  conditions(request.where, declared.filters, bind);
  between(declared, request, bind);
}

function listed<Row>(
  { parent, base, filters }: Listing<Row>,
  id: string,
  where: PageRequest["where"],
  bind: Bind,
  order?: string,
): string[] {
  const belongs = typeof parent === "string" ? `r."${parent}" = ${id}` : parent(id);
  return [belongs, ...(base ? [base] : []), ...conditions(where, filters, bind, order)];
}

/** The conditions that rows come after one cursor and before another. */
function between<Row>(declared: Listing<Row>, { page, orderBy }: PageRequest, bind: Bind): string[] {
  const { column } = orderOf(declared, { orderBy });
  const ascending = orderBy.direction === Direction.ASC;
  const beyond = (field: "after" | "before", sign: string) => {
    const cursor = page[field];
    if (cursor == null) return [];
    const position = fromCursor(cursor, orderBy.field, field);
    return [`(r."${column}", r.id) ${sign} (${bind(position.value)}, ${bind(position.id)})`];
  };
  return [...beyond("after", ascending ? ">" : "<"), ...beyond("before", ascending ? "<" : ">")];
}

function orderOf<Row>(declared: Listing<Row>, { orderBy }: Pick<PageRequest, "orderBy">) {
  const order = declared.orders[orderBy.field];
  if (!order) throw new Error(`No column for the order ${orderBy.field}.`);
  return order;
}

/** In which rows are read: `last` reads the list from its end, and `cut` turns the rows round again. */
function orderBy<Row>(declared: Listing<Row>, request: PageRequest, row: string): string {
  const { column } = orderOf(declared, request);
  const ascending = request.orderBy.direction === Direction.ASC;
  const direction = ascending === (request.page.last == null) ? "asc" : "desc";
  return `${row}."${column}" ${direction}, ${row}.id ${direction}`;
}

/** The page, in its order, of the rows that were read. */
function cut<Row>(found: readonly Row[], { page }: PageRequest): Row[] {
  const rows = found.slice(0, pageSize(page));
  return page.last == null ? rows : rows.reverse();
}

function pageInfoOf<Row extends Node>(
  declared: Listing<Row>,
  request: PageRequest,
  found: readonly Row[],
): PageInfo {
  const { page } = request;
  const more = found.length > pageSize(page);
  const rows = cut(found, request);
  const [first, last] = [rows[0], rows.at(-1)];
  return {
    hasNextPage: page.last == null ? more : page.before != null,
    hasPreviousPage: page.last == null ? page.after != null : more,
    startCursor: first ? cursorOf(declared, request, first) : null,
    endCursor: last ? cursorOf(declared, request, last) : null,
  };
}

function cursorOf<Row extends Node>(declared: Listing<Row>, request: PageRequest, row: Row): string {
  return toCursor(request.orderBy.field, row[orderOf(declared, request).property], row.id);
}

function requestKey({ page, where, orderBy }: PageRequest): string {
  const { first = null, after = null, last = null, before = null } = page;
  return JSON.stringify([first, after, last, before, orderBy.field, orderBy.direction]) + whereKey(where);
}

/** In one order of the fields, whoever has put the filter together. */
function whereKey(where: PageRequest["where"]): string {
  if (where == null) return "";
  const sorted = (value: object) => Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(sorted(where).map(([field, filter]) => [field, filter && sorted(filter)]));
}
