import {
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
} from "graphql";
import { globalId, moment, type Size } from "../rows.ts";
import { type Sample, samplesOf } from "./samples.ts";

/** Something that a registry is asked, however large it is. */
export interface Question {
  /** Where it stands in the table: the list, and what it is filtered by. */
  list: string;
  where: string;
  /** In which order, and which page. */
  page: string;
  query: string;
  variables(size: Size): object;
  /** Where it goes on from the cursor of the `deepRow`. */
  from?: "after" | "before";
}

/** A field that can be filtered. */
interface List {
  name: string;
  query: string;
  /** The variables by which its parent is found. */
  parent: object;
  where: GraphQLInputObjectType;
  orders: string[];
}

/** The first page and the last, and two in the middle. */
const ends = { first: { first: 50 }, last: { last: 50 } };
const deep = { after: { first: 50 }, before: { last: 50 } };

/** Every filter of every list that the schema has, in every order; and every list without a filter. */
export function listQuestions(schema: GraphQLSchema): Question[] {
  return listsIn(schema).flatMap((list) => [...pagesOf(list), ...filtersOf(list)]);
}

function listsIn(schema: GraphQLSchema): List[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap(({ name, args }) => {
      const where = args.find((argument) => argument.name === "where");
      return where ? [listOf(type.name, name, where, args)] : [];
    });
  });
}

function listOf(type: string, field: string, where: GraphQLArgument, args: readonly GraphQLArgument[]): List {
  const orderBy = args.find((argument) => argument.name === "orderBy");
  const order = orderBy && (getNamedType(orderBy.type) as GraphQLInputObjectType).getFields().field;
  const declared = [
    "$first: Int",
    "$last: Int",
    "$after: String",
    "$before: String",
    `$where: ${where.type}`,
  ];
  if (orderBy) declared.push(`$orderBy: ${orderBy.type}`);
  const given = args.map(({ name }) => `${name}: $${name}`).join(" ");
  const selection = `list: ${field}(${given}) { edges { cursor } nodes { id } pageInfo { hasNextPage } }`;
  const root = type === "Query";
  return {
    name: root ? field : `${type}.${field}`,
    query: root
      ? `query (${declared.join(" ")}) { ${selection} }`
      : `query ($id: ID! ${declared.join(" ")}) { node(id: $id) { ... on ${type} { ${selection} } } }`,
    parent: root ? {} : { id: globalId(type, 2) },
    where: getNamedType(where.type) as GraphQLInputObjectType,
    orders: order ? (getNamedType(order.type) as GraphQLEnumType).getValues().map(({ name }) => name) : [],
  };
}

/** Each operator of each filter, with what finds much, little and nothing. Below a parent, which bounds the list, in one order. */
function filtersOf(list: List): Question[] {
  return Object.values(list.where.getFields()).flatMap(({ name: field, type }) =>
    Object.entries(samplesOf(getNamedType(type) as GraphQLInputObjectType)).flatMap(([operator, samples]) =>
      samples.flatMap(({ share, value }) =>
        inOrders(list, ends).map(({ page, variables }) => ({
          ...{ list: list.name, where: `${field}.${operator} ${share}`, page, query: list.query },
          variables: (size: Size) => ({
            ...variables,
            where: { [field]: { [operator]: valueIn(value, size) } },
          }),
        })),
      ),
    ),
  );
}

/** Pages without a filter; those in the middle begin at the cursor of `deepRow`. */
function pagesOf(list: List): Question[] {
  const pages = list.where.getFields().createdAt && !list.name.includes(".") ? { ...ends, ...deep } : ends;
  return inOrders(list, pages).map(({ end, page, variables }) => ({
    ...{ list: list.name, where: "–", page, query: list.query, variables: () => variables },
    ...((end === "after" || end === "before") && { from: end }),
  }));
}

/** The same list, cut down to a row that stands deep in each of its orders. */
export function deepRow({ models, versions }: Size) {
  const created = moment((models * versions) / 2);
  return { first: 1, last: undefined, where: { createdAt: { gte: created, lte: created } } };
}

function inOrders(list: List, pages: { [page: string]: object }) {
  const orders = list.name.includes(".") ? list.orders.slice(0, 1) : list.orders;
  const each = orders.length > 0 ? orders.map((field) => ({ orderBy: { field, direction: "ASC" } })) : [{}];
  return each.flatMap((order: { orderBy?: { field: string } }) =>
    Object.entries(pages).map(([end, size]) => ({
      end,
      page: order.orderBy ? `${end} by ${order.orderBy.field}` : end,
      variables: { ...list.parent, ...order, ...size },
    })),
  );
}

function valueIn(value: Sample["value"], size: Size): unknown {
  return typeof value === "function" ? value(size) : value;
}
