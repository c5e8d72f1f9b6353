import "reflect-metadata";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import {
  buildSchema,
  execute,
  type GraphQLError,
  type GraphQLFieldResolver,
  GraphQLObjectType,
  type GraphQLResolveInfo,
  getOperationAST,
  getVariableValues,
  isAbstractType,
  parse,
  print,
  validate,
} from "graphql";
import { apiError } from "../src/errors.ts";
import { compile } from "../src/execution/compile.ts";
import { executingGateway } from "../src/execution/executor.ts";

/** A schema of everything that a compiler could do in another way. */
const schema = buildSchema(`
  scalar JSON
  enum Size { SMALL LARGE }
  input Filter { name: String, size: Size = SMALL, names: [String!], and: [Filter!] }
  input By @oneOf { id: ID, name: String }
  interface Named { name(upper: Boolean = false): String! }
  type Thing implements Named {
    name(upper: Boolean = false): String!
    size: Size
    count: Int
    mustFail: String!
    fails: String
    failsLater: String
    refused: String
    mustRefuse: String!
    missing: String!
    wrong: Int
    parts(first: Int! = 2): [Thing!]!
    some: [Thing]
    later: [Thing]
  }
  type Other implements Named { name(upper: Boolean = false): String!, other: Int }
  union Any = Thing | Other
  type Query {
    thing(by: By, where: Filter, first: Int! = 3, json: JSON): Thing
    named: [Named!]!
    any(type: String = "Thing"): Any
    must: Thing!
  }
`);

let asked: { place: string; told: unknown[] }[] = [];

/** Notes what a resolver is told. */
function note(args: object, info: GraphQLResolveInfo): void {
  const path: unknown[] = [];
  for (let at: GraphQLResolveInfo["path"] | undefined = info.path; at; at = at.prev) path.unshift(at.key);
  const variables = Object.entries(info.variableValues).filter(([name]) => !name.startsWith("__"));
  asked.push({
    place: path.join(),
    told: [
      ...[path, args, info.fieldName, String(info.parentType), String(info.returnType), info.fieldNodes],
      ...[
        Object.fromEntries(variables),
        info.operation,
        Object.values(info.fragments),
        info.schema === schema,
      ],
    ],
  });
}

const byPlace = () => asked.sort((a, b) => (a.place < b.place ? -1 : 1));

const fail = (message: string) => () => {
  throw new Error(message);
};
const refuse = () => {
  throw apiError("NOT_FOUND", "It is not there.");
};
const thing = (n: number): object => ({ __typename: "Thing", n });
const resolvers: { [type: string]: { [field: string]: GraphQLFieldResolver<{ n: number }, unknown> } } = {
  Thing: {
    name: ({ n }, { upper }) => (upper ? `THING ${n}` : `thing ${n}`),
    size: async () => "LARGE",
    count: ({ n }) => n,
    mustFail: fail("at once"),
    fails: fail("at once too"),
    failsLater: async () => fail("later")(),
    refused: refuse,
    mustRefuse: refuse,
    missing: () => null,
    wrong: () => "x",
    parts: ({ n }, { first }) => Array.from({ length: first }, (_, part) => thing(10 * n + part)),
    later: ({ n }) => [delay(1, thing(n)), Promise.reject(new Error("an item"))],
    some: async ({ n }) => [thing(n), null, new Error("an item")],
  },
  Other: { name: (_, { upper }) => (upper ? "OTHER" : "other"), other: async () => 1 },
  Query: {
    thing: () => thing(1),
    named: async () => [thing(1), { __typename: "Other" }, thing(2)],
    any: (_, { type }) => ({ __typename: type, n: 3 }),
    must: async () => thing(4),
  },
};
for (const type of Object.values(schema.getTypeMap())) {
  if (!(type instanceof GraphQLObjectType)) continue;
  for (const field of Object.values(type.getFields())) {
    const resolve = resolvers[type.name]?.[field.name];
    if (!resolve) continue;
    field.resolve = (source, args, context, info) => {
      note(args, info);
      return resolve(source, args, context, info);
    };
  }
}

/** Throws, as TypeGraphQL's do. */
function resolveType({ __typename: name }: { __typename: string }): string {
  if (name === "none") throw new Error("There is no such type.");
  return name;
}
for (const type of [schema.getType("Any"), schema.getType("Named")])
  if (isAbstractType(type)) type.resolveType = resolveType;
executingGateway(schema, { write: false, report: () => {} });

test.each<[what: string, query: string, variables?: object]>([
  ["an argument left out", "{ thing { name } }"],
  [
    "literals",
    `{ thing(by: { id: 1 }, where: { size: LARGE, names: "a" }, first: 1, json: { a: [1.5, null] }) { name } }`,
  ],
  [
    "variables left out",
    "query ($n: String, $f: Int = 1) { thing(where: { name: $n, and: [{ name: $n }] }, first: $f, json: { a: $n }) { name parts(first: $f) { count } } }",
  ],
  [
    "variables that are null",
    "query ($n: String, $j: JSON) { thing(where: { name: $n }, json: $j) { name } }",
    { n: null, j: null },
  ],
  [
    "a recursive input in a variable",
    "query ($w: Filter) { thing(where: $w) { name } }",
    { w: { and: [{ and: [{ name: "x" }] }] } },
  ],
  ["a variable in @oneOf", "query ($i: ID!) { thing(by: { id: $i }) { name } }", { i: "7" }],
  [
    "aliases, and fields in two places",
    "{ a: thing(first: 1) { parts { count } parts { name } } b: thing(first: 2) { name } }",
  ],
  [
    "fragments on interfaces",
    "{ named { ...n ... on Thing { count } ... on Other { other } __typename } } fragment n on Named { name(upper: true) }",
  ],
  [
    "unions",
    `{ a: any { __typename ... on Thing { name } } b: any(type: "Other") { t: __typename ... on Named { name } } }`,
  ],
  [
    "skipped fields",
    "query ($yes: Boolean!, $no: Boolean = false) { thing { name @skip(if: $yes) count @include(if: $yes) ...f @include(if: $no) ...f } } fragment f on Thing { size @skip(if: $no) }",
    { yes: true },
  ],
  ["nothing that is selected", "query ($yes: Boolean!) { thing { name @skip(if: $yes) } }", { yes: true }],
  [
    "one fragment in two places, skipped in one",
    "query ($no: Boolean!) { a: thing { ...f @skip(if: $no) } b: thing { ...f } c: thing @include(if: $no) { ...f } } fragment f on Thing { parts { name count @include(if: $no) } }",
    { no: false },
  ],
  ["an error at once, and one later", "{ thing { fails failsLater refused name } }"],
  ["a defect where there can be no null", "{ thing { name mustFail } }"],
  ["errors in items", "{ named { ... on Thing { some { count fails } } } }"],
])("%s: compiled, as graphql-js does it", async (_what, query, variables = {}) => {
  const { plain, compiled, told } = await runBoth(query, variables);
  expect(compiled).toEqual(plain);
  expect(told.compiled).toEqual(told.plain);
});

test.each<[what: string, query: string, variables?: object]>([
  ["a refusal where there can be no null", "{ thing { name mustRefuse } }"],
  ["a null where there can be none", "{ thing { missing } }"],
  ["items that are rejected", "{ thing { later { count } } }"],
  ["a value that is none", "{ thing { wrong } }"],
  ["errors that concern the same null", "{ must { parts { mustRefuse } } }"],
  ["a type that there is not", `{ any(type: "Query") { __typename } }`],
  ["a type that cannot be told", `{ any(type: "none") { __typename } }`],
  ["a null in an argument", "query ($n: Int) { thing(first: $n) { name } }", { n: null }],
  [
    "a null in the place of a directive's variable",
    "query ($b: Boolean = true) { thing { name @skip(if: $b) } }",
    { b: null },
  ],
  ["introspection", "{ __schema { queryType { name } } }"],
  ["a name for the prototype of an object", "{ thing { __proto__: name } }"],
  [
    "two paths that look like one",
    "{ a_b: thing { c: size } b: thing { c_a: size } a: any { ... on Thing { b_c: size } } c_b: thing { a: size } }",
  ],
  [
    "more fields than are compiled",
    `{ thing { ${Array.from({ length: 300 }, (_, n) => `a${n}: size`).join(" ")} } }`,
  ],
])("%s: left to graphql-js", async (_what, query, variables = {}) => {
  const { compiled } = await runBoth(query, variables);
  expect(compiled).toBe("left");
});

async function runBoth(text: string, given: object) {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error("Expected an operation.");
  const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], { ...given });
  asked = [];
  const plain = await execute({ schema, document, variableValues: { ...given }, contextValue: {} });
  const told = { plain: byPlace(), compiled: [] as typeof asked };
  asked = [];
  const run = async () => compile(schema, document, operation, coerced).run(coerced, {});
  const compiled = await run().catch(() => undefined);
  told.compiled = byPlace();
  return { plain: wireOf(plain), compiled: compiled ? wireOf(compiled) : "left", told };
}

/** What is sent, and what is known of each error. */
function wireOf({ data, errors }: { data?: unknown; errors?: readonly GraphQLError[] }) {
  const sent = errors?.map((error) => [error.toJSON(), String(error.originalError), error.nodes?.map(print)]);
  return JSON.parse(JSON.stringify({ data, errors: sent?.sort() }));
}
