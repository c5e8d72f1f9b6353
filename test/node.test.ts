import { expect, test } from "@jest/globals";
import { anUpload } from "./support/parts.ts";
import { aRegistry, statementsOf } from "./support/registry.ts";
import { aFile, aModel, aVersion } from "./support/seed.ts";

const nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
const unknown = "Model_01a2085d7a6e7686917e4c40ceedf259";

test("everything that has an id is found by it", async () => {
  const registry = await aRegistry();
  const model = await aModel(registry);
  const version = await aVersion(registry, model);
  await aFile(registry, version);
  const { id: upload } = await anUpload(registry.ask, version, Buffer.alloc(1));
  const { viewer, storageConnectors, modelVersion } = await registry.ask(
    `query ($id: ID!) {
      viewer { user { id } organization { id } }
      storageConnectors { id }
      modelVersion(by: { id: $id }) { files { nodes { id } } }
    }`,
    { id: version },
  );
  const ids = [
    storageConnectors[0].id,
    viewer.user.id,
    model,
    unknown,
    version,
    modelVersion.files.nodes[0].id,
    upload,
    viewer.organization.id,
  ];
  const types = [
    "StorageConnector",
    "User",
    "Model",
    null,
    "ModelVersion",
    "ModelFile",
    "PendingUpload",
    "Organization",
  ];
  expect((await registry.ask(nodes, { ids })).nodes).toEqual(
    types.map((type, index) => type && { __typename: type, id: ids[index] }),
  );
  for (const id of [viewer.user.id, version]) {
    expect((await registry.ask("query ($id: ID!) { node(id: $id) { id } }", { id })).node).toEqual({ id });
  }
});

test("a foreign object of any type is null", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const model = await aModel(other);
  const version = await aVersion(other, model);
  await aFile(other, version);
  const { id: upload } = await anUpload(other.ask, version, Buffer.alloc(1));
  const { viewer, storageConnectors, modelVersion } = await other.ask(
    `query ($id: ID!) {
      storageConnectors { id }
      viewer { user { id } organization { id } }
      modelVersion(by: { id: $id }) { files { nodes { id } } }
    }`,
    { id: version },
  );
  const file = modelVersion.files.nodes[0].id;
  const ids = [viewer.user.id, storageConnectors[0].id, model, version, file, upload, viewer.organization.id];
  expect((await registry.ask(nodes, { ids })).nodes).toEqual(ids.map(() => null));
});

test("nodes of one type are read by one statement", async () => {
  const registry = await aRegistry();
  const ids = [await aModel(registry), await aModel(registry), unknown, await aModel(registry)];
  expect(await statementsOf(() => registry.ask(nodes, { ids }))).toHaveLength(1);
});

const types =
  "Expected the id of one of ApiToken, Artifact, Dataset, DatasetVersion, Experiment, Invitation, Member, Model, ModelFile, ModelVersion, Organization, PendingUpload, StorageConnector, TrashEntry, User";

test.each([
  ["empty", "", `${types}, got "".`],
  ["a number", "17", `${types}, got "17".`],
  ["a UUID", "01a2085d-7a6e-7686-917e-4c40ceedf259", `${types}, got "01a2085d-7a6e-7686-917e-4c40ceedf259".`],
  [
    "of a type without ids",
    unknown.replace("Model", "Label"),
    `${types}, got "Label_01a2085d7a6e7686917e4c40ceedf259".`,
  ],
  ["cut off", unknown.slice(0, -1), `${types}, got "${unknown.slice(0, -1)}".`],
  ["of 10,000 characters", "x".repeat(10_000), `${types}, got "${"x".repeat(80)}".`],
  [
    "a name of JavaScript",
    "constructor_01a2085d7a6e7686917e4c40ceedf259",
    `${types}, got "constructor_01a2085d7a6e7686917e4c40ceedf259".`,
  ],
])("an id that is %s is refused", async (_what, id, message) => {
  const registry = await aRegistry();
  const { body } = await registry.send("query ($id: ID!) { node(id: $id) { id } }", { id });
  expect(body).toMatchObject({
    data: { node: null },
    errors: [{ message, path: ["node"], extensions: { code: "BAD_USER_INPUT" } }],
  });
});

test("an id of the wrong type is refused with both types", async () => {
  const registry = await aRegistry();
  const { body } = await registry.send("query ($id: ID!) { modelVersion(by: { id: $id }) { id } }", {
    id: unknown,
  });
  expect(body.errors).toMatchObject([
    {
      message: "Expected the id of a ModelVersion, got the id of a Model.",
      extensions: { code: "BAD_USER_INPUT", field: ["by", "id"] },
    },
  ]);
});

test("100 ids are looked up at once, and no more", async () => {
  const registry = await aRegistry();
  expect((await registry.ask(nodes, { ids: Array(100).fill(unknown) })).nodes).toHaveLength(100);
  const { body } = await registry.send(nodes, { ids: Array(101).fill(unknown) });
  expect(body.errors).toMatchObject([
    { message: "Expected at most 100 ids, got 101.", extensions: { code: "BAD_USER_INPUT" } },
  ]);
});

test.each([["{}"], ['{ id: "a", name: "b" }'], ["{ id: null }"]])(
  "a look-up by %s is refused: exactly one key",
  async (by) => {
    const registry = await aRegistry();
    const { status, body } = await registry.send(`{ model(by: ${by}) { id } }`);
    expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, "GRAPHQL_VALIDATION_FAILED"]);
  },
);

test("a look-up by two keys in a variable is refused too", async () => {
  const registry = await aRegistry();
  const { status, body } = await registry.send("query ($by: ModelBy!) { model(by: $by) { id } }", {
    by: { id: unknown, name: "a" },
  });
  expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
});
