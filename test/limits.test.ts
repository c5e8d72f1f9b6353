import { expect, test } from "@jest/globals";
import { limits } from "../src/limits.ts";
import { aRegistry } from "./support/registry.ts";
import { aModel } from "./support/seed.ts";
import { sender } from "./support/send.ts";

const nested = (levels: number): string =>
  levels === 0 ? "id" : `id model { versions(first: 1) { nodes { ${nested(levels - 1)} } } }`;

test.each([
  [
    "more tokens than allowed",
    `{ ${"__typename ".repeat(5_000)} }`,
    "GRAPHQL_PARSE_FAILED",
    "Syntax Error: Document contains more that 5000 tokens. Parsing aborted.",
  ],
  [
    "too many levels",
    `{ modelVersions(first: 1) { nodes { ${nested(5)} } } }`,
    "QUERY_TOO_LARGE",
    "Expected at most 16 levels, got 18.",
  ],
  [
    "too many aliases",
    `{ ${Array.from({ length: 51 }, (_, index) => `a${index}: __typename`).join(" ")} }`,
    "QUERY_TOO_LARGE",
    "Expected at most 50 aliases, got 51.",
  ],
  [
    "pages of pages of pages",
    "{ models(first: 100) { nodes { versions(first: 100) { nodes { files(first: 100) { nodes { id } } } } } } }",
    "QUERY_TOO_LARGE",
    "Expected a cost of at most 100000, got 2020201; ask for smaller pages.",
  ],
  [
    "a chain of fragments that doubles 30 times",
    `{ ...F0 } ${Array.from({ length: 30 }, (_, index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`).join(" ")} fragment F30 on Query { __typename }`,
    "QUERY_TOO_LARGE",
    "Expected at most 2000 fields, fragments written out.",
  ],
  [
    "introspection that goes in circles",
    `{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }`,
    "GRAPHQL_VALIDATION_FAILED",
    "Maximum introspection depth exceeded",
  ],
  [
    "a fragment that spreads itself",
    "{ ...F } fragment F on Query { ...F }",
    "GRAPHQL_VALIDATION_FAILED",
    'Cannot spread fragment "F" within itself.',
  ],
])("%s: refused without a token, before anything runs", async (_what, query, code, message) => {
  const { url } = await aRegistry();
  const { status, body } = await sender(url, "")(query);
  expect([status, body.data, body.errors?.[0]]).toMatchObject([
    400,
    undefined,
    { message, extensions: { code } },
  ]);
});

test("at most 20 validation errors are reported", async () => {
  const { send } = await aRegistry();
  const { body } = await send(`{ ${Array.from({ length: 40 }, (_, index) => `x${index}`).join(" ")} }`);
  expect(body.errors).toHaveLength(limits.validationErrors + 1);
  expect(body.errors?.at(-1)?.message).toMatch(/^Too many validation errors/);
});

test("the page size counts when it comes from a variable", async () => {
  const { send } = await aRegistry();
  const query = `query ($n: Int) { models(first: $n) { nodes { versions(first: $n) { nodes { files(first: $n) { nodes { id } } } } } } }`;
  expect((await send(query, { n: 100 })).body.errors).toMatchObject([
    { extensions: { code: "QUERY_TOO_LARGE" } },
  ]);
  expect((await send(query, { n: 30 })).body.errors).toBeUndefined();
});

test("the whole introspection that playgrounds send is admitted", async () => {
  const { url } = await aRegistry();
  const { getIntrospectionQuery } = await import("graphql");
  const query = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true });
  const { status, body } = await sender(url, "")(query);
  expect([status, body.errors]).toEqual([200, undefined]);
});

test("a statement that takes too long is given up, and says so", async () => {
  const registry = await aRegistry();
  const id = await aModel(registry);
  const create = `mutation ($id: ID!) {
    createModelVersion(modelId: $id, input: { name: "v", type: LINE }) { modelVersion { id } }
  }`;
  const { status, body } = await registry.db.transaction(async (holder) => {
    await holder.query("set local idle_in_transaction_session_timeout = 0");
    await holder.query("select from model where organization_id = $1 for update", [registry.organizationId]);
    return registry.send(create, { id });
  });
  const message = "It took longer than 10 s and was given up; nothing was changed.";
  expect([status, body.errors]).toMatchObject([503, [{ message, extensions: { code: "TIMEOUT" } }]]);
  expect((await registry.ask("{ modelVersions { totalCount } }")).modelVersions.totalCount).toBe(0);
});
