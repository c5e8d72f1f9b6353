import { expect, test } from "@jest/globals";
import { aRegistry } from "./support/registry.ts";
import { aModel, aVersion, wholeForm } from "./support/seed.ts";

const create = `mutation ($modelId: ID!, $input: CreateModelVersionInput!) {
  createModelVersion(modelId: $modelId, input: $input) {
    modelVersion { version name labels { index name } }
    userErrors { code field message }
  }
}`;

test("the creation form is one mutation", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry, { name: "PPE Detection" });
  const id = await aVersion(registry, modelId, { name: "yolox-s", ...wholeForm });
  const { modelVersion } = await registry.ask(
    `query ($id: ID!) { modelVersion(by: { id: $id }) {
      name description version framework type labelCount
      labels { index name } parameters { name type value }
      dockerImage { image tag digest flags environmentVariables { name value } }
      model { name } createdBy { name } revisions { about labels parameters dockerImage files } sourceExperiment { name }
    } }`,
    { id },
  );
  expect(modelVersion).toEqual({
    name: "yolox-s",
    description: "Finds helmets and vests.",
    version: 1,
    framework: "PYTORCH",
    type: "OBJECT_DETECTION",
    labelCount: 3,
    labels: [
      { index: 0, name: "helmet" },
      { index: 1, name: "vest" },
      { index: 2, name: "person" },
    ],
    parameters: [
      { name: "epochs", type: "INTEGER", value: 100 },
      { name: "lr0", type: "FLOAT", value: 0.01 },
    ],
    dockerImage: {
      image: "docker.io/acme/yolox",
      tag: "1.2.0",
      digest: null,
      flags: ["--gpus=all"],
      environmentVariables: [{ name: "WANDB_MODE", value: "offline" }],
    },
    model: { name: "PPE Detection" },
    createdBy: { name: "Ada Lovelace" },
    revisions: { about: 1, labels: 1, parameters: 1, dockerImage: 1, files: 1 },
    sourceExperiment: null,
  });
});

test("only a name and a type are needed", async () => {
  const registry = await aRegistry();
  const id = await aVersion(registry, await aModel(registry), { type: "CLASSIFICATION" });
  const { modelVersion } = await registry.ask(
    `query ($id: ID!) { modelVersion(by: { id: $id }) {
      description framework labelCount labels { name } parameters { name } dockerImage { image } files { nodes { id } }
    } }`,
    { id },
  );
  expect(modelVersion).toEqual({
    description: null,
    framework: null,
    labelCount: 0,
    labels: [],
    parameters: [],
    dockerImage: null,
    files: { nodes: [] },
  });
});

test("numbers count up in each model, and the latest is the highest", async () => {
  const registry = await aRegistry();
  const [a, b] = [await aModel(registry, { name: "a" }), await aModel(registry, { name: "b" })];
  for (const modelId of [a, a, b, a]) await aVersion(registry, modelId);
  const { models } = await registry.ask(
    `{ models(orderBy: { field: NAME }) {
      nodes { versionCount latestVersion { version } versions { nodes { version } } }
    } }`,
  );
  expect(models.nodes).toEqual([
    {
      versionCount: 3,
      latestVersion: { version: 3 },
      versions: { nodes: [{ version: 3 }, { version: 2 }, { version: 1 }] },
    },
    { versionCount: 1, latestVersion: { version: 1 }, versions: { nodes: [{ version: 1 }] } },
  ]);
});

test("a refused creation takes no number", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  await aVersion(registry, modelId, { name: "one" });
  const taken = await registry.ask(create, { modelId, input: { name: "one", type: "LINE" } });
  expect(taken.createModelVersion).toEqual({
    modelVersion: null,
    userErrors: [
      {
        code: "TAKEN",
        field: ["input", "name"],
        message: "Another version of the model has this name already.",
      },
    ],
  });
  const next = await registry.ask(create, { modelId, input: { name: "two", type: "LINE" } });
  expect(next.createModelVersion.modelVersion.version).toBe(2);
});

test("a version is found by its id, by its number and by its name in a model", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry, { name: "PPE" });
  const id = await aVersion(registry, modelId, { name: "first" });
  const found = await registry.ask(
    `query ($id: ID!, $modelId: ID!) {
      a: modelVersion(by: { id: $id }) { id }
      b: modelVersion(by: { number: { model: { id: $modelId }, version: 1 } }) { id }
      c: modelVersion(by: { number: { model: { name: "PPE" }, version: 1 } }) { id }
      d: modelVersion(by: { name: { model: { id: $modelId }, name: "first" } }) { id }
      none: modelVersion(by: { number: { model: { id: $modelId }, version: 7 } }) { id }
      nowhere: modelVersion(by: { name: { model: { name: "?" }, name: "first" } }) { id }
    }`,
    { id, modelId },
  );
  expect(found).toEqual({ a: { id }, b: { id }, c: { id }, d: { id }, none: null, nowhere: null });
});

test.each([
  [
    "of an unknown model",
    "Model_01a2085d7a6e7686917e4c40ceedf259",
    "NOT_FOUND",
    "There is no model with this id.",
  ],
  ["that is malformed", "17", "INVALID", 'Expected the id of a Model, got "17".'],
  [
    "of another type",
    "User_01a2085d7a6e7686917e4c40ceedf259",
    "INVALID",
    "Expected the id of a Model, got the id of a User.",
  ],
])("a model id %s is refused", async (_what, modelId, code, message) => {
  const registry = await aRegistry();
  const { createModelVersion } = await registry.ask(create, { modelId, input: { name: "a", type: "POINT" } });
  expect(createModelVersion).toEqual({
    modelVersion: null,
    userErrors: [{ code, field: ["modelId"], message }],
  });
});

test("a foreign model answers as one that does not exist", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const input = { name: "a", type: "POINT" };
  const foreign = await registry.send(create, { modelId: await aModel(other), input });
  const missing = await registry.send(create, { modelId: "Model_01a2085d7a6e7686917e4c40ceedf259", input });
  expect(foreign.body).toEqual(missing.body);
});

test.each([
  ["version", 7],
  ["id", "x"],
  ["createdAt", "2026-01-01T00:00:00Z"],
  ["createdBy", "x"],
  ["organization", "x"],
])("nobody sets %s", async (field, value) => {
  const registry = await aRegistry();
  const input = { name: "a", type: "POINT", [field]: value };
  const { body } = await registry.send(create, { modelId: await aModel(registry), input });
  expect(body.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
});

test("trainable and deployable tell what is there, what is missing, and what would help", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const bare = await aVersion(registry, modelId);
  const whole = await aVersion(registry, modelId, wholeForm);
  const { nodes } = await registry.ask(
    `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ModelVersion {
      trainable { ready missing recommended } deployable { ready missing recommended }
    } } }`,
    { ids: [bare, whole] },
  );
  expect(nodes).toEqual([
    {
      trainable: { ready: false, missing: ["DOCKER_IMAGE"], recommended: ["PARAMETERS", "FILES"] },
      deployable: { ready: false, missing: ["FILES"], recommended: ["FRAMEWORK", "LABELS", "DOCKER_IMAGE"] },
    },
    {
      trainable: { ready: true, missing: [], recommended: ["FILES"] },
      deployable: { ready: false, missing: ["FILES"], recommended: [] },
    },
  ]);
});
