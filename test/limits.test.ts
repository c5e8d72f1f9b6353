import { expect, test } from "@jest/globals";
import { limits } from "../src/limits.ts";
import { aRegistry } from "./support/registry.ts";
import { aModel, aVersion } from "./support/seed.ts";
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
    "a thousand spreads of a chain of fragments",
    `{ ${"...F0 ".repeat(1_000)} } ${Array.from({ length: 10 }, (_, index) => `fragment F${index} on Query { ...F${index + 1} }`).join(" ")} fragment F10 on Query { __typename }`,
    "QUERY_TOO_LARGE",
    "Expected at most 2000 fields, fragments written out.",
  ],
  [
    "a thousand inline fragments in each other",
    `${"{ ...".repeat(1_000)} { __typename ${"} ".repeat(1_001)}`,
    "QUERY_TOO_LARGE",
    "Expected at most 64 levels, fragments counted, got 1001.",
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

test("a negative page does not pay for its neighbours", async () => {
  const { send } = await aRegistry();
  const { body } = await send(`{
    z: models(first: -2147483648) { nodes { id name } }
    models(first: 100) { nodes { versions(first: 100) { nodes { files(first: 100) { nodes { id } } } } } }
  }`);
  expect(body.errors).toMatchObject([{ extensions: { code: "QUERY_TOO_LARGE" } }]);
});

test("an answer holds 100,000 labels at most, however few fields ask for them", async () => {
  const registry = await aRegistry();
  const labels = Array.from({ length: 25_000 }, (_, index) => ({ index, name: `class ${index}` }));
  const id = await aVersion(registry, await aModel(registry), { labels });
  const query = (count: number) =>
    `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ModelVersion { ${Array.from({ length: count }, (_, index) => `l${index}: labels { index }`).join(" ")} } } }`;
  const four = await registry.ask(query(4), { ids: [id] });
  expect(four.nodes[0].l3).toHaveLength(25_000);
  const message = "Expected an answer of at most 100000 objects; ask for fewer at once.";
  for (const [count, ids] of [
    [5, [id]],
    [1, Array(5).fill(id)],
  ] as const) {
    const { body } = await registry.send(query(count), { ids });
    expect(body.errors?.[0]).toMatchObject({ message, extensions: { code: "QUERY_TOO_LARGE" } });
  }
});

test("long values count for more", async () => {
  const registry = await aRegistry();
  const parameters = Array.from({ length: 15 }, (_, index) => ({
    name: `p${index}`,
    value: "x".repeat(60_000),
  }));
  const id = await aVersion(registry, await aModel(registry), { parameters });
  const query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ModelVersion { parameters { value } } } }";
  expect((await registry.send(query, { ids: [id] })).body.errors).toBeUndefined();
  const { body } = await registry.send(query, { ids: Array(100).fill(id) });
  expect(body.errors?.[0]?.extensions.code).toBe("QUERY_TOO_LARGE");
});

test("a million wrong values are one error, and so are those that come first", async () => {
  const { url } = await aRegistry();
  const query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
  const { status, body } = await sender(url, "")(query, { ids: Array(1_000_000).fill([]) });
  expect([status, body.errors]).toMatchObject([400, [{ extensions: { code: "BAD_USER_INPUT" } }]]);
  expect(body.errors).toHaveLength(1);
});

test("a name of a million accents is not normalized", async () => {
  const registry = await aRegistry();
  const name = `a${"\u0301".repeat(500_000)}${"\u0323".repeat(500_000)}`;
  const { model, models } = await registry.ask(
    `query ($name: String!) {
      model(by: { name: $name }) { id }
      models(where: { name: { eq: $name, contains: $name } }) { totalCount }
    }`,
    { name },
  );
  expect([model, models.totalCount]).toEqual([null, 0]);
});

test("an answer that does not fit is refused", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry, { description: "x".repeat(10_000) });
  for (let version = 0; version < 100; version += 1) await aVersion(registry, modelId, { type: "LINE" });
  const aliases = Array.from({ length: 40 }, (_, index) => `a${index}: description`).join(" ");
  const { status, body } = await registry.send(
    `{ modelVersions(first: 100) { nodes { model { ${aliases} } } } }`,
  );
  expect([status, body]).toEqual([
    400,
    {
      errors: [
        {
          message: "Expected an answer of at most 32000000 characters; ask for less at once.",
          extensions: { code: "QUERY_TOO_LARGE" },
        },
      ],
    },
  ]);
});

test("an answer that does not fit after something was done says that it stays done", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry, { description: "x".repeat(10_000) });
  for (let version = 0; version < 100; version += 1) await aVersion(registry, modelId, { type: "LINE" });
  const aliases = Array.from({ length: 40 }, (_, index) => `a${index}: description`).join(" ");
  const { body } = await registry.send(
    `mutation ($id: ID!) { updateModel(id: $id, input: { name: "Done" }) {
      model { versions(first: 100) { nodes { model { ${aliases} } } } } } }`,
    { id: modelId },
  );
  expect(body.errors?.[0]?.message).toMatch(/; what was done before stays done\.$/);
  expect((await registry.ask("{ models { nodes { name } } }")).models.nodes).toEqual([{ name: "Done" }]);
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

test("a statement that takes too long after something was done says that it stays done", async () => {
  const registry = await aRegistry();
  const id = await aModel(registry);
  await aVersion(registry, id);
  const update = `mutation ($id: ID!) {
    updateModel(id: $id, input: { name: "Done" }) { model { latestVersion { labels { name } } } }
  }`;
  const { body } = await registry.db.transaction(async (holder) => {
    await holder.query("set local idle_in_transaction_session_timeout = 0");
    await holder.query("lock table label in access exclusive mode");
    return registry.send(update, { id });
  });
  const message = "It took longer than 10 s and was given up; what was done before stays done.";
  expect(body.errors).toMatchObject([{ message, extensions: { code: "TIMEOUT" } }]);
  expect((await registry.ask("{ models { nodes { name } } }")).models.nodes).toEqual([{ name: "Done" }]);
});
