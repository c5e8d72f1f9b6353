import { beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aVersion } from "./support/seed.ts";

const names = ["alpha", "Beta", "gamma", "delta", "épsilon", "zeta", "Eta"];
let registry: Registry;
let modelId: string;

beforeAll(async () => {
  registry = await aRegistry();
  modelId = await aModel(registry);
  for (const name of names) await aVersion(registry, modelId, { name });
});

const page = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $orderBy: ModelVersionOrder!) {
  model(by: { id: $id }) {
    versions(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) {
      totalCount
      edges { cursor node { name } }
      nodes { name }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}`;

async function read(variables: object) {
  return (
    await registry.ask(page, { id: modelId, orderBy: { field: "VERSION", direction: "ASC" }, ...variables })
  ).model.versions;
}

test("pages forward: first and after", async () => {
  const one = await read({ first: 3 });
  expect(one.nodes.map(({ name }: { name: string }) => name)).toEqual(["alpha", "Beta", "gamma"]);
  expect(one.pageInfo).toEqual({
    hasNextPage: true,
    hasPreviousPage: false,
    startCursor: one.edges[0].cursor,
    endCursor: one.edges[2].cursor,
  });
  const rest = await read({ first: 4, after: one.pageInfo.endCursor });
  expect(rest).toMatchObject({ totalCount: 7, pageInfo: { hasNextPage: false, hasPreviousPage: true } });
  expect(rest.nodes).toHaveLength(4);
});

test("pages backward: last and before", async () => {
  const end = await read({ last: 2 });
  expect(end.nodes).toEqual([{ name: "zeta" }, { name: "Eta" }]);
  expect(end.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  const before = await read({ last: 9, before: end.pageInfo.startCursor });
  expect(before.nodes.map(({ name }: { name: string }) => name)).toEqual(names.slice(0, 5));
  expect(before.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
});

test("a page of nothing says whether there is something", async () => {
  expect(await read({ first: 0 })).toEqual({
    totalCount: 7,
    edges: [],
    nodes: [],
    pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test("20 objects when nothing is said, and 100 at most", async () => {
  const many = await aRegistry();
  for (let count = 0; count < 21; count += 1) await aModel(many);
  const { models } = await many.ask("{ models { nodes { id } pageInfo { hasNextPage } } }");
  expect(models.nodes).toHaveLength(20);
  expect(models.pageInfo.hasNextPage).toBe(true);
  const { body } = await many.send("{ models(first: 101) { nodes { id } } }");
  expect(body.errors).toMatchObject([
    {
      message: "Expected first from 0 to 100, got 101.",
      extensions: { code: "BAD_USER_INPUT", field: ["first"] },
    },
  ]);
});

test("any walk through any order, in pages of any size, sees every object once and in order", async () => {
  const orders = fc.record({
    field: fc.constantFrom("VERSION", "NAME", "CREATED_AT", "UPDATED_AT"),
    direction: fc.constantFrom("ASC", "DESC"),
  });
  await fc.assert(
    fc.asyncProperty(orders, fc.integer({ min: 1, max: 8 }), fc.boolean(), async (orderBy, size, forward) => {
      const whole = (await read({ orderBy, first: 100 })).nodes;
      const walked: unknown[] = [];
      let cursor: string | null = null;
      for (let more = true; more; ) {
        const step = await read({
          orderBy,
          ...(forward ? { first: size, after: cursor } : { last: size, before: cursor }),
        });
        if (forward) walked.push(...step.nodes);
        else walked.unshift(...step.nodes);
        more = forward ? step.pageInfo.hasNextPage : step.pageInfo.hasPreviousPage;
        cursor = forward ? step.pageInfo.endCursor : step.pageInfo.startCursor;
      }
      expect(walked).toEqual(whole);
      expect(whole).toHaveLength(names.length);
    }),
    { numRuns: 40 },
  );
});

test("an object that is added before the cursor does not shift the next page", async () => {
  const other = await aRegistry();
  const of = await aModel(other);
  for (const name of ["b", "c", "d"]) await aVersion(other, of, { name });
  const list = `query ($after: String) { modelVersions(first: 2, after: $after, orderBy: { field: NAME }) {
    nodes { name } pageInfo { endCursor } } }`;
  const first = (await other.ask(list)).modelVersions;
  await aVersion(other, of, { name: "a" });
  const second = (await other.ask(list, { after: first.pageInfo.endCursor })).modelVersions;
  expect([first.nodes, second.nodes]).toEqual([[{ name: "b" }, { name: "c" }], [{ name: "d" }]]);
});

test.each([
  ["both ends", { first: 1, last: 1 }, "Expected first or last, got both."],
  ["less than nothing", { first: -1 }, "Expected first from 0 to 100, got -1."],
  ["too many from the end", { last: 101 }, "Expected last from 0 to 100, got 101."],
  ["a cursor that is none", { after: "x" }, 'Expected a cursor of this list, got "x".'],
  [
    "a cursor with a strange value",
    {
      after: Buffer.from('["VERSION","drop table model","01a2085d-7a6e-7686-917e-4c40ceedf259"]').toString(
        "base64url",
      ),
    },
    "Expected text without NUL characters, and cursors as they were given out.",
  ],
  ...[
    '["VERSION",1,{"toString":1}]',
    '[{"toString":1},1,"01a2085d-7a6e-7686-917e-4c40ceedf259"]',
    '["VERSION",1,"------------------------------------"]',
    "null",
  ].map((text): [string, object, string] => {
    const cursor = Buffer.from(text).toString("base64url");
    return [
      `a cursor that says ${text}`,
      { after: cursor },
      `Expected a cursor of this list, got "${cursor.slice(0, 80)}".`,
    ];
  }),
  [
    "a cursor of another order",
    { before: Buffer.from('["NAME","a","01a2085d-7a6e-7686-917e-4c40ceedf259"]').toString("base64url") },
    "Expected a cursor of a list ordered by VERSION, got one by NAME.",
  ],
])("a page with %s is refused", async (_what, variables, message) => {
  const { status, body } = await registry.send(page, {
    id: modelId,
    orderBy: { field: "VERSION" },
    ...variables,
  });
  expect(body.errors).toMatchObject([{ message, extensions: { code: "BAD_USER_INPUT" } }]);
  expect([status, body.data]).toEqual([200, { model: null }]);
});
