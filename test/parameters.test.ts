import { expect, test } from "@jest/globals";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aVersion } from "./support/seed.ts";

const list = "parameters { name type value } updatedAt revisions { about labels parameters }";
const update = `mutation ($id: ID!, $input: UpdateParametersInput!, $expectedRevision: Int, $dryRun: Boolean) {
  updateParameters(id: $id, input: $input, expectedRevision: $expectedRevision, dryRun: $dryRun) {
    modelVersion { ${list} }
    added { name type value }
    changed { before { name type value } after { name type value } }
    removed { name type value }
    userErrors { code field message }
  }
}`;

const epochs = { name: "epochs", type: "INTEGER", value: 100 };
const lr0 = { name: "lr0", type: "FLOAT", value: 0.01 };
const momentum = { name: "momentum", type: "FLOAT", value: 1 };

async function aList(parameters: object[] = [epochs, lr0, momentum]) {
  const registry = await aRegistry();
  return { registry, id: await aVersion(registry, await aModel(registry), { parameters }) };
}

async function edit(registry: Registry, variables: object) {
  return (await registry.ask(update, variables)).updateParameters;
}

async function read(registry: Registry, id: string) {
  const query = `query ($id: ID!) { modelVersion(by: { id: $id }) { ${list} } }`;
  return (await registry.ask(query, { id })).modelVersion;
}

test("parameters are added, overwritten, modified and removed by one edit, and keep their places", async () => {
  const { registry, id } = await aList();
  const before = await read(registry, id);
  const operations = [
    { set: { name: "amp", value: true } },
    { set: { name: "epochs", value: 300 } },
    { modify: { name: "lr0", newName: "lr" } },
    { remove: { name: "momentum" } },
    { set: { name: "momentum", value: 0.9 } },
  ];
  const answer = await edit(registry, { id, input: { operations }, expectedRevision: 1 });
  const [more, lr] = [
    { ...epochs, value: 300 },
    { ...lr0, name: "lr" },
  ];
  const amp = { name: "amp", type: "BOOLEAN", value: true };
  const less = { ...momentum, value: 0.9 };
  expect(answer).toEqual({
    modelVersion: {
      parameters: [more, lr, amp, less],
      updatedAt: expect.any(String),
      revisions: { about: 1, labels: 1, parameters: 2 },
    },
    added: [lr, amp],
    changed: [
      { before: epochs, after: more },
      { before: momentum, after: less },
    ],
    removed: [lr0],
    userErrors: [],
  });
  expect(answer.modelVersion.updatedAt > before.updatedAt).toBe(true);
  expect(await read(registry, id)).toEqual(answer.modelVersion);
});

test.each([
  [
    "a swap of names",
    [
      ["epochs", "tmp"],
      ["lr0", "epochs"],
      ["tmp", "lr0"],
    ],
    ["lr0 100", "epochs 0.01", "momentum 1"],
  ],
  [
    "a chain of names, from its end",
    [
      ["lr0", "lr1"],
      ["epochs", "lr0"],
    ],
    ["lr0 100", "lr1 0.01", "momentum 1"],
  ],
])("%s", async (_what, names, expected) => {
  const { registry, id } = await aList();
  const operations = names.map(([name, newName]) => ({ modify: { name, newName } }));
  const { modelVersion, userErrors } = await edit(registry, { id, input: { operations } });
  expect(userErrors).toEqual([]);
  const found = modelVersion.parameters.map(({ name, value }: typeof epochs) => `${name} ${value}`);
  expect(found).toEqual(expected);
});

test.each([
  ["a whole number stays a FLOAT", momentum, { value: 2 }, { type: "FLOAT", value: 2 }],
  ["a fraction makes an INTEGER a FLOAT", epochs, { value: 1.5 }, { type: "FLOAT", value: 1.5 }],
  ["text makes a FLOAT a STRING", lr0, { value: "auto" }, { type: "STRING", value: "auto" }],
  ["a type that is given wins", momentum, { value: 2, type: "INTEGER" }, { type: "INTEGER", value: 2 }],
  [
    "the type null takes it from the value",
    momentum,
    { value: 2, type: null },
    { type: "INTEGER", value: 2 },
  ],
  ["null is JSON", lr0, { value: null }, { type: "JSON", value: null }],
  [
    "an array stays JSON",
    { name: "sizes", type: "JSON", value: null },
    { value: [1, 2] },
    { type: "JSON", value: [1, 2] },
  ],
  [
    "a number does not stay JSON",
    { name: "size", type: "JSON", value: null },
    { value: 640 },
    { type: "INTEGER", value: 640 },
  ],
  ["a number beyond 2^53 stays a FLOAT", lr0, { value: 1e300 }, { type: "FLOAT", value: 1e300 }],
])("%s, set or modified", async (_what, parameter, change, after) => {
  const { registry, id } = await aList([parameter]);
  const { name } = parameter;
  const input = (operation: string) => ({ operations: [{ [operation]: { name, ...change } }] });
  const tried = await edit(registry, { id, input: input("set"), dryRun: true });
  const modified = await edit(registry, { id, input: input("modify") });
  expect(modified).toMatchObject({
    changed: [{ before: parameter, after: { name, ...after } }],
    userErrors: [],
  });
  expect(tried.changed).toEqual(modified.changed);
});

test("a type can be given alone, when the value is of it", async () => {
  const { registry, id } = await aList();
  const modify = async (name: string, type: string | null) =>
    edit(registry, { id, input: { operations: [{ modify: { name, type } }] } });
  expect((await modify("epochs", "FLOAT")).changed).toMatchObject([{ after: { type: "FLOAT", value: 100 } }]);
  expect((await modify("momentum", null)).changed).toMatchObject([{ after: { type: "INTEGER", value: 1 } }]);
  expect((await modify("lr0", "INTEGER")).userErrors).toMatchObject([
    { code: "INVALID", field: ["input", "operations", "0", "modify", "type"] },
  ]);
});

const at = (...field: (string | number)[]) => ["input", "operations", ...field.map(String)];

test.each([
  [
    "modifying a parameter that is not there",
    [{ modify: { name: "x", value: 1 } }],
    [
      {
        code: "NOT_FOUND",
        field: at(0, "modify", "name"),
        message: 'Expected the name of a parameter that is there by then, got "x".',
      },
    ],
  ],
  [
    "removing a parameter twice",
    [{ remove: { name: "lr0" } }, { remove: { name: " lr0 " } }],
    [{ code: "NOT_FOUND", field: at(1, "remove", "name") }],
  ],
  [
    "modifying onto a name that is in use by then",
    [{ set: { name: "new", value: 1 } }, { modify: { name: "lr0", newName: " new" } }],
    [{ code: "CONFLICT", field: at(1, "modify", "newName") }],
  ],
  [
    "bad names, all of them at once",
    [{ set: { name: " ", value: 1 } }, { modify: { name: "lr0", newName: null } }],
    [
      { code: "INVALID", field: at(0, "set", "name") },
      { code: "INVALID", field: at(1, "modify", "newName") },
    ],
  ],
  [
    "bad values, all of them at once",
    [
      { set: { name: "a" } },
      { set: { name: "epochs", value: 2 ** 53 } },
      { modify: { name: "lr0", value: "a\0" } },
      { set: { name: "b", value: "x", type: "FLOAT" } },
    ],
    [
      { code: "INVALID", field: at(0, "set", "value") },
      { code: "INVALID", field: at(1, "set", "value") },
      { code: "INVALID", field: at(2, "modify", "value") },
      { code: "INVALID", field: at(3, "set", "value") },
    ],
  ],
])("%s is refused, and changes nothing", async (_what, operations, userErrors) => {
  const { registry, id } = await aList();
  const before = await read(registry, id);
  for (const dryRun of [false, true]) {
    const answer = await edit(registry, { id, input: { operations }, dryRun });
    expect(answer).toMatchObject({ added: [], changed: [], removed: [], userErrors });
    expect(answer.userErrors).toHaveLength(userErrors.length);
    expect(answer.modelVersion).toEqual(before);
  }
});

test.each([
  ["nothing", { operations: [] }],
  [
    "what is there already",
    { operations: [{ set: { name: "momentum", value: 1 } }, { modify: { name: "lr0" } }] },
  ],
  [
    "there and back",
    { operations: [{ modify: { name: "lr0", newName: "x" } }, { modify: { name: "x", newName: "lr0" } }] },
  ],
  ["the whole list that is there", { replace: [epochs, lr0, momentum] }],
])("an edit that says %s moves neither revision nor updatedAt", async (_what, input) => {
  const { registry, id } = await aList();
  const before = await read(registry, id);
  const answer = await edit(registry, { id, input, expectedRevision: 1 });
  expect(answer).toEqual({ modelVersion: before, added: [], changed: [], removed: [], userErrors: [] });
});

test("the whole list is replaced, by who says which one, and another order is an edit", async () => {
  const { registry, id } = await aList();
  const input = { replace: [momentum, { name: "seed", value: 7 }, epochs] };
  expect((await edit(registry, { id, input })).userErrors).toMatchObject([
    { code: "INVALID", field: ["expectedRevision"] },
  ]);
  const seed = { name: "seed", type: "INTEGER", value: 7 };
  expect(await edit(registry, { id, input, expectedRevision: 1 })).toMatchObject({
    modelVersion: { parameters: [momentum, seed, epochs], revisions: { parameters: 2 } },
    ...{ added: [seed], changed: [], removed: [lr0], userErrors: [] },
  });
  const turned = { replace: [epochs, seed, momentum] };
  expect(await edit(registry, { id, input: turned, expectedRevision: 2 })).toMatchObject({
    modelVersion: { parameters: [epochs, seed, momentum], revisions: { parameters: 3 } },
    ...{ added: [], changed: [], removed: [], userErrors: [] },
  });
});

test("what a list of parameters may hold, it may hold after an edit", async () => {
  const many = Array.from({ length: 1_000 }, (_, index) => ({ name: `p${index}`, value: index }));
  const { registry, id } = await aList(many);
  const one = { set: { name: "one", value: 1 } };
  const refused = async (operations: object[]) =>
    (await edit(registry, { id, input: { operations } })).userErrors;
  const field = ["input", "operations"];
  expect(await refused([one])).toEqual([
    { code: "INVALID", field, message: "Expected at most 1000 parameters, got 1001." },
  ]);
  expect(await refused(Array(2_001).fill(one))).toEqual([
    { code: "INVALID", field, message: "Expected at most 2000 operations, got 2001." },
  ]);
  const large = many.slice(0, 20).map(({ name }) => ({ set: { name, value: "x".repeat(60_000) } }));
  expect(await refused(large)).toMatchObject([{ code: "INVALID", field }]);
  const all = [
    ...many.map(({ name }) => ({ remove: { name } })),
    ...many.map((set) => ({ set: { ...set, name: `q${set.name}` } })),
  ];
  expect(await refused(all)).toEqual([]);
});

test("the properties of a value in another order are another value", async () => {
  const { registry, id } = await aList([{ name: "size", value: { width: 1, height: 2 } }]);
  const operations = [{ set: { name: "size", value: { height: 2, width: 1 } } }];
  const { modelVersion } = await edit(registry, { id, input: { operations } });
  expect(JSON.stringify(modelVersion.parameters[0].value)).toBe('{"height":2,"width":1}');
});

test("a foreign version, and one that is not there, cannot be edited", async () => {
  const [{ registry }, foreign] = [await aList(), await aList()];
  const input = { operations: [{ set: epochs }] };
  const answer = await edit(registry, { id: foreign.id, input });
  expect(answer).toMatchObject({ modelVersion: null, userErrors: [{ code: "NOT_FOUND", field: ["id"] }] });
});
