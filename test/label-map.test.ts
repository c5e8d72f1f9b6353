import { expect, test } from "@jest/globals";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aVersion } from "./support/seed.ts";

const map = "labelCount labels { index name } updatedAt revisions { about labels parameters }";
const update = `mutation ($id: ID!, $input: UpdateLabelMapInput!, $expectedRevision: Int, $dryRun: Boolean) {
  updateLabelMap(id: $id, input: $input, expectedRevision: $expectedRevision, dryRun: $dryRun) {
    modelVersion { ${map} }
    added { index name } changed { before { index name } after { index name } } removed { index name }
    userErrors { code field message }
  }
}`;

const helmet = { index: 0, name: "helmet" };
const vest = { index: 1, name: "vest" };
const person = { index: 2, name: "person" };

async function aMap(labels = [helmet, vest, person]) {
  const registry = await aRegistry();
  return { registry, id: await aVersion(registry, await aModel(registry), { labels }) };
}

async function edit(registry: Registry, variables: object) {
  return (await registry.ask(update, variables)).updateLabelMap;
}

/** An edit that does not ask for what it found. */
async function set(registry: Registry, variables: object) {
  const some = update.replace(/added .*/, "");
  return (await registry.ask(some, variables)).updateLabelMap;
}

async function read(registry: Registry, id: string) {
  const query = `query ($id: ID!) { modelVersion(by: { id: $id }) { ${map} } }`;
  return (await registry.ask(query, { id })).modelVersion;
}

test("labels are added, overwritten, modified and removed by one edit, in the order of its operations", async () => {
  const { registry, id } = await aMap();
  const before = await read(registry, id);
  const operations = [
    { set: { index: 7, name: " gloves " } },
    { set: { index: 0, name: "hardhat" } },
    { modify: { index: 7, newIndex: 3, newName: "glove" } },
    { remove: { index: 2 } },
  ];
  const answer = await edit(registry, { id, input: { operations }, expectedRevision: 1 });
  const hardhat = { index: 0, name: "hardhat" };
  const glove = { index: 3, name: "glove" };
  expect(answer).toEqual({
    modelVersion: {
      ...{ labelCount: 3, labels: [hardhat, vest, glove], updatedAt: expect.any(String) },
      revisions: { about: 1, labels: 2, parameters: 1 },
    },
    added: [glove],
    changed: [{ before: helmet, after: hardhat }],
    removed: [person],
    userErrors: [],
  });
  expect(answer.modelVersion.updatedAt > before.updatedAt).toBe(true);
  expect(await read(registry, id)).toEqual(answer.modelVersion);
});

const renamed = (index: number, before: string, after: string) => ({
  before: { index, name: before },
  after: { index, name: after },
});

test.each([
  [
    "a swap by way of a free index",
    [
      { modify: { index: 0, newIndex: 99 } },
      { modify: { index: 1, newIndex: 0 } },
      { modify: { index: 99, newIndex: 1 } },
    ],
    { changed: [renamed(0, "helmet", "vest"), renamed(1, "vest", "helmet")], added: [], removed: [] },
    ["0 vest", "1 helmet", "2 person"],
  ],
  [
    "a swap of names",
    [{ set: { index: 0, name: "vest" } }, { modify: { index: 1, newName: "helmet" } }],
    { changed: [renamed(0, "helmet", "vest"), renamed(1, "vest", "helmet")], added: [], removed: [] },
    ["0 vest", "1 helmet", "2 person"],
  ],
  [
    "a chain, from its end",
    [
      { modify: { index: 2, newIndex: 3 } },
      { modify: { index: 1, newIndex: 2 } },
      { modify: { index: 0, newIndex: 1 } },
    ],
    {
      added: [{ index: 3, name: "person" }],
      changed: [renamed(1, "vest", "helmet"), renamed(2, "person", "vest")],
      removed: [helmet],
    },
    ["1 helmet", "2 vest", "3 person"],
  ],
  [
    "a removal that makes room",
    [{ remove: { index: 1 } }, { modify: { index: 0, newIndex: 1 } }],
    { added: [], changed: [renamed(1, "vest", "helmet")], removed: [helmet] },
    ["1 helmet", "2 person"],
  ],
  [
    "removing all",
    [0, 1, 2].map((index) => ({ remove: { index } })),
    { added: [], changed: [], removed: [helmet, vest, person] },
    [],
  ],
])("%s", async (_what, operations, difference, labels) => {
  const { registry, id } = await aMap();
  const answer = await edit(registry, { id, input: { operations } });
  expect(answer).toMatchObject({ ...difference, userErrors: [] });
  expect(answer.modelVersion.labels.map(({ index, name }: typeof helmet) => `${index} ${name}`)).toEqual(
    labels,
  );
  expect(answer.modelVersion.labelCount).toBe(labels.length);
});

const at = (...field: (string | number)[]) => ["input", "operations", ...field.map(String)];

test.each([
  [
    "modifying a label that is not there",
    [{ set: helmet }, { modify: { index: 5, newName: "x" } }],
    [
      {
        code: "NOT_FOUND",
        field: at(1, "modify", "index"),
        message: "Expected the index of a label that is there by then, got 5.",
      },
    ],
  ],
  [
    "modifying a label that was removed before",
    [{ remove: { index: 0 } }, { modify: { index: 0, newName: "x" } }],
    [{ code: "NOT_FOUND", field: at(1, "modify", "index") }],
  ],
  [
    "removing a label that is not there",
    [{ remove: { index: -1 } }],
    [{ code: "NOT_FOUND", field: at(0, "remove", "index") }],
  ],
  [
    "modifying onto an index that is in use",
    [{ modify: { index: 0, newIndex: 1 } }],
    [
      {
        code: "CONFLICT",
        field: at(0, "modify", "newIndex"),
        message: 'Expected an index that is free by then, got 1: "vest" has it.',
      },
    ],
  ],
  [
    "modifying onto an index that is in use by then",
    [{ set: { index: 9, name: "new" } }, { modify: { index: 0, newIndex: 9 } }],
    [{ code: "CONFLICT", field: at(1, "modify", "newIndex") }],
  ],
  [
    "a chain from its start",
    [{ modify: { index: 0, newIndex: 1 } }, { modify: { index: 1, newIndex: 2 } }],
    [{ code: "CONFLICT", field: at(0, "modify", "newIndex") }],
  ],
  [
    "bad names, all of them at once",
    [
      { set: { index: 5, name: " " } },
      { modify: { index: 0, newName: null } },
      { modify: { index: 0, newIndex: null } },
      { modify: { index: 1, newName: "x".repeat(201) } },
    ],
    [
      { code: "INVALID", field: at(0, "set", "name") },
      { code: "INVALID", field: at(1, "modify", "newName") },
      { code: "INVALID", field: at(2, "modify", "newIndex") },
      { code: "INVALID", field: at(3, "modify", "newName") },
    ],
  ],
])("%s is refused, and changes nothing", async (_what, operations, userErrors) => {
  const { registry, id } = await aMap();
  const before = await read(registry, id);
  for (const dryRun of [false, true]) {
    const answer = await edit(registry, { id, input: { operations }, dryRun });
    expect(answer).toMatchObject({ added: [], changed: [], removed: [], userErrors });
    expect(answer.userErrors).toHaveLength(userErrors.length);
    expect(answer.modelVersion).toEqual(before);
  }
});

test.each([
  ["nothing", []],
  [
    "what is there already",
    [{ set: helmet }, { modify: { index: 1 } }, { modify: { index: 2, newIndex: 2, newName: "person" } }],
  ],
  ["there and back", [{ modify: { index: 0, newIndex: 9 } }, { modify: { index: 9, newIndex: 0 } }]],
])("an edit that says %s moves neither revision nor updatedAt", async (_what, operations) => {
  const { registry, id } = await aMap();
  const before = await read(registry, id);
  const answer = await edit(registry, { id, input: { operations } });
  expect(answer).toEqual({ modelVersion: before, added: [], changed: [], removed: [], userErrors: [] });
});

test("labels are set as well when nobody asks what was there", async () => {
  const { registry, id } = await aMap();
  const before = await read(registry, id);
  const operations = [
    vest,
    { index: 0, name: "cap" },
    { index: 7, name: "glove" },
    { index: 0, name: "hat" },
  ].map((label) => ({ set: label }));
  const edited = await set(registry, { id, input: { operations }, expectedRevision: 1 });
  expect(edited).toEqual({
    modelVersion: {
      labelCount: 4,
      labels: [{ index: 0, name: "hat" }, vest, person, { index: 7, name: "glove" }],
      revisions: { ...before.revisions, labels: 2 },
      updatedAt: expect.any(String),
    },
    userErrors: [],
  });
  expect(edited.modelVersion.updatedAt > before.updatedAt).toBe(true);
  expect(await read(registry, id)).toEqual(edited.modelVersion);
  const again = await set(registry, { id, input: { operations: operations.slice(2) } });
  expect(again).toEqual({ modelVersion: edited.modelVersion, userErrors: [] });
});

test("labels that are not set leave everything as it is", async () => {
  const { registry, id } = await aMap();
  const before = await read(registry, id);
  const input = { operations: [{ set: { index: 0, name: "hat" } }] };
  const late = await set(registry, { id, input, expectedRevision: 2 });
  expect(late.userErrors).toMatchObject([{ code: "CONFLICT", field: ["expectedRevision"] }]);
  expect(late.modelVersion).toEqual(before);
  const tried = await set(registry, { id, input, dryRun: true });
  expect(tried).toEqual({ modelVersion: before, userErrors: [] });
  const other = await aMap();
  expect(await set(registry, { id: other.id, input })).toMatchObject({
    modelVersion: null,
    userErrors: [{ code: "NOT_FOUND", field: ["id"] }],
  });
  for (const map of [{ registry, id }, other])
    expect((await read(map.registry, map.id)).labels[0]).toEqual(helmet);
});

test("a dry run tells the same, and changes nothing", async () => {
  const { registry, id } = await aMap();
  const before = await read(registry, id);
  const input = { operations: [{ set: { index: 5, name: "glove" } }, { remove: { index: 0 } }] };
  const { modelVersion, ...tried } = await edit(registry, { id, input, dryRun: true });
  expect(modelVersion).toEqual(before);
  expect(await read(registry, id)).toEqual(before);
  expect(await edit(registry, { id, input })).toMatchObject(tried);
});

test("a whole map is replaced, by who says which one", async () => {
  const { registry, id } = await aMap();
  const input = { replace: [person, { index: 0, name: "hardhat" }, { index: -4, name: "cone" }] };
  expect((await edit(registry, { id, input })).userErrors).toMatchObject([
    { code: "INVALID", field: ["expectedRevision"] },
  ]);
  expect((await edit(registry, { id, input, expectedRevision: 7 })).userErrors).toMatchObject([
    { code: "CONFLICT", field: ["expectedRevision"] },
  ]);
  expect(await edit(registry, { id, input, expectedRevision: 1 })).toMatchObject({
    modelVersion: { labelCount: 3, revisions: { labels: 2 } },
    added: [{ index: -4, name: "cone" }],
    changed: [renamed(0, "helmet", "hardhat")],
    removed: [vest],
    userErrors: [],
  });
  const emptied = await edit(registry, { id, input: { replace: [] }, expectedRevision: 2 });
  expect(emptied.modelVersion).toMatchObject({ labelCount: 0, labels: [] });
});

test("a map that replaces is checked as the creation form's is", async () => {
  const { registry, id } = await aMap();
  const input = { replace: [helmet, { index: 0, name: " " }] };
  expect((await edit(registry, { id, input, expectedRevision: 1 })).userErrors).toMatchObject([
    { code: "DUPLICATE", field: ["input", "replace", "1", "index"] },
    { code: "INVALID", field: ["input", "replace", "1", "name"] },
  ]);
});

test("an edit is operations or a replacement, and an operation is one thing", async () => {
  const { registry, id } = await aMap();
  for (const input of [
    {},
    { operations: [], replace: [] },
    { operations: [{}] },
    { operations: [{ set: helmet, remove: { index: 0 } }] },
    { operations: [{ set: null }] },
  ]) {
    const { body } = await registry.send(update, { id, input });
    expect(body.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  }
});

test("an edit leaves at most 25,000 labels, and takes at most 25,000 operations", async () => {
  const labels = Array.from({ length: 25_000 }, (_, index) => ({ index, name: `class ${index}` }));
  const { registry, id } = await aMap(labels);
  const few = update.replace("labels { index name }", "");
  const one = { set: { index: -1, name: "x" } };
  const ask = async (operations: object[]) =>
    (await registry.ask(few, { id, input: { operations } })).updateLabelMap;
  expect((await ask([one])).userErrors).toEqual([
    {
      code: "INVALID",
      field: ["input", "operations"],
      message: "Expected at most 25000 labels at the end, got 25001.",
    },
  ]);
  expect((await ask(Array(25_001).fill(one))).userErrors).toEqual([
    {
      code: "INVALID",
      field: ["input", "operations"],
      message: "Expected at most 25000 operations, got 25001.",
    },
  ]);
  expect((await set(registry, { id, input: { operations: [one] } })).userErrors).toMatchObject([
    { field: ["input", "operations"], message: "Expected at most 25000 labels at the end, got 25001." },
  ]);
  const changed = await ask([one, { remove: { index: 0 } }]);
  expect(changed).toMatchObject({ modelVersion: { labelCount: 25_000 }, userErrors: [] });
  const all = await ask(labels.map(({ index }) => ({ set: { index, name: `renamed ${index}` } })).slice(1));
  expect([all.userErrors, all.changed.length]).toEqual([[], 24_999]);
});

test("an answer that is too large says that the edit was done", async () => {
  const labels = Array.from({ length: 25_000 }, (_, index) => ({ index, name: `class ${index}` }));
  const { registry, id } = await aMap(labels);
  const many = Array.from({ length: 5 }, (_, index) => `l${index}: labels { index }`).join(" ");
  const { body } = await registry.send(
    `mutation ($id: ID!) { updateLabelMap(id: $id, input: { operations: [{ remove: { index: 0 } }] }) {
      modelVersion { ${many} } } }`,
    { id },
  );
  expect(body.errors?.[0]).toMatchObject({
    message:
      "Expected an answer of at most 100000 objects; ask for fewer at once; what was done before stays done.",
    extensions: { code: "QUERY_TOO_LARGE" },
  });
  const query = "query ($id: ID!) { modelVersion(by: { id: $id }) { labelCount } }";
  expect((await registry.ask(query, { id })).modelVersion.labelCount).toBe(24_999);
});

test("a foreign version, and one that is not there, cannot be edited", async () => {
  const [{ registry }, foreign] = [await aMap(), await aMap()];
  const input = { operations: [{ set: helmet }] };
  const answer = await edit(registry, { id: foreign.id, input });
  expect(answer).toMatchObject({ modelVersion: null, userErrors: [{ code: "NOT_FOUND", field: ["id"] }] });
  expect(await edit(registry, { id: foreign.id.replace(/.{8}$/, "00000000"), input })).toEqual(answer);
});
