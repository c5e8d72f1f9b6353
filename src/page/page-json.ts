import type { FieldNode } from "graphql";
import type { Asked, Found, Place } from "../read-ahead/json.ts";
import { asColumns, fieldsJson, object, objectJson, objectSql, rowsOf } from "../read-ahead/json.ts";
import { momentJson } from "../read-ahead/leaf-json.ts";
import { below, fieldsOf, type Selection } from "../read-ahead/selection.ts";
import { Unwritable } from "../read-ahead/written.ts";
import { type PageArgs, pageSize } from "./page-args.ts";

/** A page of a list, as its noun has declared it. */
export interface WrittenPage {
  found: Found;
  page: PageArgs;
  /** In which the rows are read, and what their cursors are made of. */
  order: { field: string; property: string; isMoment: boolean; sql(row: string): string };
  totalCount(place: Place): string;
}

/** The JSON of a connection. */
export function pageJson(place: Place, { below: selection }: Asked, page: WrittenPage): string {
  if (!selection) throw new Unwritable("It is no connection.");
  const selected = Array.from(fieldsOf(selection), ([key, nodes]) => ({ key, nodes, name: nodeName(nodes) }));
  const ofRows = selected.filter(({ name }) => ["nodes", "edges", "pageInfo"].includes(name));
  const isList = ofRows.length === 1 && ofRows[0]?.name === "nodes" && page.page.last == null;
  const rows = isList || ofRows.length === 0 ? null : pageRows(place, selection, page, ofRows);
  const fields = selected.map(({ key, nodes, name }): [string, string] => {
    if (name === "__typename") return [key, `'${selection.type.name}'::text`];
    if (name === "totalCount") return [key, page.totalCount(place)];
    return [key, rows?.json.get(key) ?? listJson(place, selection, nodes, page)];
  });
  // One object of all rows, also where nothing is selected that is made of them.
  return rows ? `(select ${objectSql(fields)} from (${rows.from}) p having true)` : objectSql(fields);
}

/** Nothing but the objects of a page: as any other list. */
function listJson(
  place: Place,
  selection: Selection,
  nodes: FieldNode[],
  { found, page, order }: WrittenPage,
) {
  const { from, row, rows } = rowsOf(place, found, pageSize(page));
  const fields = fieldsJson(rows, found.relation, belowField(selection, nodes));
  const sorted = rows.joins.length > 0 ? `order by ${order.sql(row)}` : "";
  return `(select coalesce(json_agg(${object}), '[]') from (
    select ${asColumns(fields)} from ${from} ${rows.joins.join(" ")} ${sorted}) ${object})`;
}

interface Selected {
  key: string;
  nodes: FieldNode[];
  name: string;
}

/** The rows `p` of a page, and one more when there is more, by number; and the JSON of what is shown of them. */
function pageRows(place: Place, selection: Selection, page: WrittenPage, selected: Selected[]) {
  const { found, order } = page;
  const size = pageSize(page.page);
  const { from, row, rows } = rowsOf(place, found, size + 1);
  const cursor = cursorSql(page, rows.at);
  const columns: [string, string][] = [["n", `row_number() over (order by ${order.sql(row)})`]];
  const list = (key: string) =>
    `coalesce(json_agg(p."${key}" order by p.n ${page.page.last == null ? "" : "desc"})
      filter (where p.n <= ${size}), '[]')`;
  const objectOf = (nodes: FieldNode[], at: Selection) =>
    objectSql(fieldsJson(rows, found.relation, belowField(at, nodes)));

  const json = new Map<string, string>();
  for (const [index, { key, nodes, name }] of selected.entries()) {
    const at = belowField(selection, nodes);
    if (name === "pageInfo") {
      if (showsCursors(at)) columns.push([`c${index}`, cursor]);
      json.set(key, pageInfoJson(at, page.page, `p.c${index}`));
      continue;
    }
    const edge = () =>
      objectSql(
        Array.from(fieldsOf(at), ([key, nodes]): [string, string] => {
          if (nodeName(nodes) === "node") return [key, objectOf(nodes, at)];
          return [key, nodeName(nodes) === "cursor" ? cursor : `'${at.type.name}'::text`];
        }),
      );
    columns.push([`o${index}`, name === "nodes" ? objectOf(nodes, selection) : edge()]);
    json.set(key, list(`o${index}`));
  }
  return { json, from: `select ${asColumns(columns)} from ${from} ${rows.joins.join(" ")}` };
}

function pageInfoJson(below: Selection, page: PageArgs, cursor: string): string {
  const size = pageSize(page);
  const forward = page.last == null;
  const more = `count(*) > ${size}`;
  const at = (direction: string) =>
    `(array_agg(${cursor} order by p.n ${direction}) filter (where p.n <= ${size}))[1]`;
  return objectJson(
    { type: below.type, below },
    {
      hasNextPage: forward ? more : String(page.before != null),
      hasPreviousPage: forward ? String(page.after != null) : more,
      startCursor: at(forward ? "asc" : "desc"),
      endCursor: at(forward ? "desc" : "asc"),
    },
  );
}

function showsCursors(pageInfo: Selection): boolean {
  return [...fieldsOf(pageInfo).values()].some((nodes) => nodeName(nodes).endsWith("Cursor"));
}

/** What `toCursor` makes of a row. */
function cursorSql({ order }: WrittenPage, at: Place["at"]): string {
  const value = at(order.property);
  const json = `to_json(${order.isMoment ? momentJson(value) : value})`;
  const text = `'["${order.field}",' || ${json} || ',"' || ${at("id")} || '"]'`;
  return `translate(encode(convert_to(${text}, 'UTF8'), 'base64'), E'+/=\n', '-_')`;
}

function belowField({ info, type }: Selection, nodes: FieldNode[]): Selection {
  const selection = below(info, type.getFields()[nodeName(nodes)]?.type, nodes);
  if (!selection) throw new Unwritable("It is no object.");
  return selection;
}

function nodeName([node]: FieldNode[]): string {
  return node?.name.value ?? "";
}
