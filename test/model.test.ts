import { expect, test } from "@jest/globals";
import { aRegistry } from "./support/registry.ts";
import { aModel } from "./support/seed.ts";

const create = `mutation ($input: CreateModelInput!) {
  createModel(input: $input) { model { id name description } userErrors { code field message } }
}`;

test("a model is created, and found by its id and by its name", async () => {
  const registry = await aRegistry();
  const id = await aModel(registry, { name: " PPE Detection ", description: "On building sites." });
  const { byId, byName } = await registry.ask(
    `query ($id: ID!, $name: String!) {
      byId: model(by: { id: $id }) { name description createdBy { name pictureUrl } versionCount latestVersion { id } }
      byName: model(by: { name: $name }) { id }
    }`,
    { id, name: "  PPE Detection" },
  );
  expect(byName).toEqual({ id });
  expect(byId).toEqual({
    name: "PPE Detection",
    description: "On building sites.",
    createdBy: { name: "Ada Lovelace", pictureUrl: "https://pictures.example.com/ada.png" },
    versionCount: 0,
    latestVersion: null,
  });
});

test("a model that does not exist is null", async () => {
  const registry = await aRegistry();
  const id = await aModel(await aRegistry());
  const query = `query ($id: ID!) { foreign: model(by: { id: $id }) { id } unknown: model(by: { name: "none" }) { id } }`;
  expect(await registry.ask(query, { id })).toEqual({ foreign: null, unknown: null });
});

test("a name is taken once in an organization, and free in another", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  await aModel(registry, { name: "Caf\u00e9" });
  const { createModel } = await registry.ask(create, { input: { name: "Cafe\u0301" } });
  expect(createModel).toEqual({
    model: null,
    userErrors: [
      { code: "TAKEN", field: ["input", "name"], message: "Another model has this name already." },
    ],
  });
  await aModel(other, { name: "Caf\u00e9" });
});

test.each([
  ["empty", ""],
  ["blank", " \t\n\u3000"],
  ["only invisible", "\u200d\u2060"],
  ["over-long", "x".repeat(201)],
  ["of 10,000 characters", "x".repeat(10_000)],
  ["with a NUL", "a\0b"],
  ["with a line break", "a\nb"],
  ["with a zero-width space", "a\u200bb"],
  ["with a change of direction", "a\u202eb"],
  ["of fillers that show nothing", "\u3164\u3164"],
  ["of an empty Braille pattern", "\u2800"],
  ["with an Arabic letter mark", "a\u061cb"],
  ["with a line separator", "a\u2028b"],
  ["with half a surrogate pair", "a\ud800b"],
])("a name that is %s is refused, and nothing is created", async (_what, name) => {
  const registry = await aRegistry();
  const { createModel } = await registry.ask(create, { input: { name } });
  expect(createModel.model).toBeNull();
  expect(createModel.userErrors).toEqual([
    { code: "INVALID", field: ["input", "name"], message: expect.stringMatching(/^Expected /) },
  ]);
  expect(await registry.ask("{ models { totalCount } }")).toEqual({ models: { totalCount: 0 } });
});

test.each([["x".repeat(200)], ["👷🏽‍♀️ Helm"], ["安全帽"], ["می‌خواهم"], ["a  b"]])(
  "the name %p is kept as it is",
  async (name) => {
    const registry = await aRegistry();
    const { createModel } = await registry.ask(create, { input: { name } });
    expect(createModel).toMatchObject({ model: { name }, userErrors: [] });
  },
);

test("all that is wrong is said at once, and a blank description is none", async () => {
  const registry = await aRegistry();
  const { createModel } = await registry.ask(create, { input: { name: "", description: "x\0" } });
  expect(createModel.userErrors.map(({ field }: { field: string[] }) => field)).toEqual([
    ["input", "name"],
    ["input", "description"],
  ]);
  const blank = await registry.ask(create, { input: { name: "a", description: "  " } });
  expect(blank.createModel.model.description).toBeNull();
});

test("a description can have lines, and 10,000 characters", async () => {
  const registry = await aRegistry();
  const description = `Two\nlines. ${"x".repeat(9_989)}`;
  const { createModel } = await registry.ask(create, { input: { name: "a", description } });
  expect(createModel.model.description).toBe(description);
  const longer = await registry.ask(create, { input: { name: "b", description: `${description}x` } });
  expect(longer.createModel.userErrors).toMatchObject([{ code: "INVALID", field: ["input", "description"] }]);
});

test("a model moves to the top of the list when it gets a version", async () => {
  const registry = await aRegistry();
  const older = await aModel(registry);
  const newer = await aModel(registry);
  const list = async () =>
    (await registry.ask("{ models { nodes { id } } }")).models.nodes.map(({ id }: { id: string }) => id);
  expect(await list()).toEqual([newer, older]);
  await registry.ask(
    `mutation ($id: ID!) { createModelVersion(modelId: $id, input: { name: "v", type: LINE }) { userErrors { code } } }`,
    { id: older },
  );
  expect(await list()).toEqual([older, newer]);
});
