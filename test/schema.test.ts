import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import {
  buildClientSchema,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  getIntrospectionQuery,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  printSchema,
  validateSchema,
} from "graphql";
import { buildApiSchema } from "../src/schema.ts";
import { aRegistry } from "./support/registry.ts";

const schema = buildApiSchema();
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const outputFields = types.flatMap((type) =>
  isObjectType(type) || isInterfaceType(type)
    ? Object.values(type.getFields()).map((field) => ({ path: `${type}.${field.name}`, field }))
    : [],
);
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
const creations = mutations.filter(({ name }) => name.startsWith("create"));

test("the schema is valid, and schema.graphql is what it prints", () => {
  expect(validateSchema(schema)).toEqual([]);
  const [, ...lines] = readFileSync("schema.graphql", "utf8").split("\n\n"); // without the comment at its head
  expect(lines.join("\n\n")).toBe(`${printSchema(schema)}\n`);
});

test("introspection over HTTP needs no token, and tells the whole schema", async () => {
  const { url } = await aRegistry();
  const everything = {
    specifiedByUrl: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  };
  const query = getIntrospectionQuery({ ...everything, directiveIsRepeatable: true });
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
  const { data } = JSON.parse(await response.text());
  expect(printSchema(buildClientSchema(data))).toBe(printSchema(schema));
});

test("everything is described in sentences", () => {
  const sentence = /^[\p{Lu}\d`"].*[^.]\.$/su;
  const without = everything().filter(({ description }) => !sentence.test(description ?? ""));
  expect(without.map(({ path }) => path)).toEqual([]);
});

test("nothing is deprecated", () => {
  const deprecated = everything().filter(({ deprecationReason }) => deprecationReason != null);
  expect(deprecated.map(({ path }) => path)).toEqual([]);
});

test("every scalar of our own says where it is specified", () => {
  const scalars = types.filter(isScalarType);
  expect(scalars).not.toEqual([]);
  for (const { name, specifiedByURL } of scalars)
    expect([name, specifiedByURL]).toEqual([name, expect.stringMatching(/^https:\/\//)]);
});

test("the inputs that find one thing, or are one step of an edit, take exactly one key, and no other input does", () => {
  const inputs = types.filter(isInputObjectType);
  const choices = ["UpdateLabelMapInput", "UpdateParametersInput"];
  const names = inputs
    .map(({ name }) => name)
    .filter((name) => /(By|Operation)$/.test(name) || choices.includes(name));
  expect(names).toEqual(expect.arrayContaining(["ModelBy", "LabelOperation", ...choices]));
  expect(inputs.filter(({ isOneOf }) => isOneOf).map(({ name }) => name)).toEqual(names);
});

test("Node, node and nodes are those of Relay's object identification", () => {
  expect(shape("Node")).toEqual({ id: "ID!" });
  expect(shape("Query")).toMatchObject({ node: "Node", nodes: "[Node]!" });
  expect(argumentsOf("node")).toEqual({ id: "ID!" });
  expect(argumentsOf("nodes")).toEqual({ ids: "[ID!]!" });
});

test("what has an id is a Node", () => {
  const identified = types.filter((type) => isObjectType(type) && "id" in type.getFields());
  expect(schema.getImplementations(nodeType()).objects.map(String).sort()).toEqual(
    identified.map(String).sort(),
  );
});

test("PageInfo is Relay's", () => {
  expect(shape("PageInfo")).toEqual({
    endCursor: "String",
    hasNextPage: "Boolean!",
    hasPreviousPage: "Boolean!",
    startCursor: "String",
  });
});

test.each(namesThatEndWith("Connection"))("%sConnection is Relay's, with nodes and a count", (noun) => {
  expect(shape(`${noun}Connection`)).toEqual({
    edges: `[${noun}Edge!]!`,
    nodes: `[${noun}!]!`,
    pageInfo: "PageInfo!",
    totalCount: "Int!",
  });
  expect(shape(`${noun}Edge`)).toEqual({ cursor: "String!", node: `${noun}!` });
});

test("every edge has its connection", () => {
  expect(namesThatEndWith("Edge")).toEqual(namesThatEndWith("Connection"));
});

test.each(outputFields.filter(({ field }) => String(getNamedType(field.type)).endsWith("Connection")))(
  "$path takes Relay's arguments",
  ({ field }) => {
    expect(String(field.type)).toMatch(/Connection!$/);
    expect(typesOf(field.args)).toMatchObject({
      first: "Int",
      after: "String",
      last: "Int",
      before: "String",
    });
  },
);

test("what takes a cursor is a connection", () => {
  const paged = outputFields.filter(({ field }) => field.args.some(({ name }) => name === "after"));
  const others = paged.filter(({ field }) => !String(field.type).endsWith("Connection!"));
  expect(others.map(({ path }) => path)).toEqual([]);
});

test.each(mutations)("$name answers with its payload, and says what the user can mend", ({ name, type }) => {
  const payload = `${name.charAt(0).toUpperCase()}${name.slice(1)}Payload`;
  expect(String(type)).toBe(`${payload}!`);
  expect(shape(payload)).toMatchObject({ userErrors: "[UserError!]!" });
});

/** What a mutation takes as a list that ties things to another: there an id stands beside what it is tied by. */
const ties = ["ExperimentDatasetVersionInput"];

test.each(mutations)("$name takes ids as arguments, not in its input", (mutation) => {
  const args = mutation.args.filter(({ type }) => !ties.includes(String(getNamedType(type))));
  const ids = inputFieldsOf({ ...mutation, args }).filter(({ type }) => String(getNamedType(type)) === "ID");
  expect(ids.map(({ name }) => name)).toEqual([]);
});

test.each(creations)("$name can be repeated safely", ({ args }) => {
  expect(typesOf(args)).toMatchObject({ idempotencyKey: "String" });
});

interface Element {
  path: string;
  description?: string | null;
  deprecationReason?: string | null;
}

/** Every type, field, argument, input field and enum value. */
function everything(): Element[] {
  const at = (path: string) => (element: Omit<Element, "path"> & { name: string }) => ({
    ...element,
    path: `${path}.${element.name}`,
  });
  const named = types.map(({ name, description }) => ({ path: name, description }));
  const values = types.filter(isEnumType).flatMap((type) => type.getValues().map(at(type.name)));
  const inputs = types
    .filter(isInputObjectType)
    .flatMap((type) => Object.values(type.getFields()).map(at(type.name)));
  const fields = outputFields.map(({ path, field }) => ({ ...field, path }));
  const args = outputFields.flatMap(({ path, field }) => field.args.map(at(path)));
  return [...named, ...values, ...inputs, ...fields, ...args];
}

function fieldsOf(type: GraphQLNamedType | null | undefined) {
  return isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
}

function typesOf(members: readonly { name: string; type: unknown }[]) {
  return Object.fromEntries(members.map(({ name, type }) => [name, String(type)]));
}

function shape(type: string) {
  return typesOf(fieldsOf(schema.getType(type)));
}

function argumentsOf(query: string) {
  return typesOf(schema.getQueryType()?.getFields()[query]?.args ?? []);
}

function namesThatEndWith(suffix: string): string[] {
  return types.filter(({ name }) => name.endsWith(suffix)).map(({ name }) => name.slice(0, -suffix.length));
}

function nodeType() {
  const type = schema.getType("Node");
  if (!isInterfaceType(type)) throw new Error("Node is an interface.");
  return type;
}

/** The fields of all inputs that a mutation takes, those in inputs of inputs too. */
function inputFieldsOf(mutation: GraphQLField<unknown, unknown>): GraphQLInputField[] {
  const fieldsIn = (type: GraphQLNamedType): GraphQLInputField[] => {
    const fields = isInputObjectType(type) ? Object.values(type.getFields()) : [];
    return [...fields, ...fields.flatMap((field) => fieldsIn(getNamedType(field.type)))];
  };
  return mutation.args.flatMap((arg) => fieldsIn(getNamedType(arg.type)));
}
