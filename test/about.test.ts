import { expect, test } from "@jest/globals";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aSourceExperiment, aVersion } from "./support/seed.ts";

const about = "id name description type framework updatedAt revisions { about labels }";
const update = `mutation ($id: ID!, $input: UpdateModelVersionInput!, $expectedRevision: Int, $dryRun: Boolean) {
  updateModelVersion(id: $id, input: $input, expectedRevision: $expectedRevision, dryRun: $dryRun) {
    modelVersion { ${about} } userErrors { code field message }
  }
}`;
const updateModel = `mutation ($id: ID!, $input: UpdateModelInput!, $expectedRevision: Int, $dryRun: Boolean) {
  updateModel(id: $id, input: $input, expectedRevision: $expectedRevision, dryRun: $dryRun) {
    model { name description revision updatedAt } userErrors { code field message }
  }
}`;

const read = async (registry: Registry, id: string) =>
  (await registry.ask(`query ($id: ID!) { modelVersion(by: { id: $id }) { ${about} } }`, { id }))
    .modelVersion;

test("the About section of a version is edited, and its revision and updatedAt move", async () => {
  const registry = await aRegistry();
  const id = await aVersion(registry, await aModel(registry), { description: "First.", framework: "ONNX" });
  const before = await read(registry, id);
  const input = { name: " yolox-s ", description: null, type: "LINE", framework: "PYTORCH" };
  const { updateModelVersion } = await registry.ask(update, { id, input, expectedRevision: 1 });
  expect(updateModelVersion).toEqual({
    modelVersion: {
      ...{ id, name: "yolox-s", description: null, type: "LINE", framework: "PYTORCH" },
      updatedAt: expect.any(String),
      revisions: { about: 2, labels: 1 },
    },
    userErrors: [],
  });
  expect(updateModelVersion.modelVersion.updatedAt > before.updatedAt).toBe(true);
  expect(await read(registry, id)).toEqual(updateModelVersion.modelVersion);
});

test("a stale edit is a conflict, and the answer holds the version as it is now", async () => {
  const registry = await aRegistry();
  const id = await aVersion(registry, await aModel(registry));
  await registry.ask(update, { id, input: { name: "theirs" }, expectedRevision: 1 });
  const { updateModelVersion } = await registry.ask(update, {
    id,
    input: { name: "mine" },
    expectedRevision: 1,
  });
  expect(updateModelVersion).toMatchObject({
    modelVersion: { name: "theirs", revisions: { about: 2 } },
    userErrors: [{ code: "CONFLICT", field: ["expectedRevision"] }],
  });
});

test.each([
  ["a dry run", { input: { name: "other" }, dryRun: true }, []],
  ["an edit that says nothing new", { input: { type: "OBJECT_DETECTION" } }, []],
  ["an empty edit", { input: {} }, []],
  ["a blank name", { input: { name: " " } }, [{ code: "INVALID", field: ["input", "name"] }]],
  ["a name that is null", { input: { name: null } }, [{ code: "INVALID", field: ["input", "name"] }]],
  ["a type that is null", { input: { type: null } }, [{ code: "INVALID", field: ["input", "type"] }]],
  ["a taken name", { input: { name: "taken" } }, [{ code: "TAKEN", field: ["input", "name"] }]],
  ["a taken name, tried", { input: { name: "taken" }, dryRun: true }, [{ code: "TAKEN" }]],
])("%s changes nothing", async (_what, variables, userErrors) => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const id = await aVersion(registry, modelId);
  await aVersion(registry, modelId, { name: "taken" });
  const before = await read(registry, id);
  const { updateModelVersion } = await registry.ask(update, { id, ...variables });
  expect(updateModelVersion.userErrors).toMatchObject(userErrors);
  expect(updateModelVersion.modelVersion).toEqual(before);
  expect(await read(registry, id)).toEqual(before);
});

test("type and framework of an exported version stay as they are", async () => {
  const registry = await aRegistry();
  const id = await aVersion(registry, await aModel(registry));
  await aSourceExperiment(registry, id);
  for (const [field, input] of Object.entries({ type: { type: "LINE" }, framework: { framework: "ONNX" } })) {
    const { updateModelVersion } = await registry.ask(update, { id, input: { name: "new", ...input } });
    expect(updateModelVersion.userErrors).toMatchObject([{ code: "CONFLICT", field: ["input", field] }]);
  }
  const same = { name: "new", type: "OBJECT_DETECTION", framework: null };
  const { updateModelVersion } = await registry.ask(update, { id, input: same });
  expect(updateModelVersion).toMatchObject({ modelVersion: { name: "new" }, userErrors: [] });
});

test("a model is edited in the same way", async () => {
  const registry = await aRegistry();
  const id = await aModel(registry, { name: "Old", description: "Old." });
  await aModel(registry, { name: "Taken" });
  const first = await registry.ask(updateModel, { id, input: { name: "New" }, expectedRevision: 1 });
  expect(first.updateModel).toMatchObject({
    model: { name: "New", description: "Old.", revision: 2 },
    userErrors: [],
  });
  for (const [variables, code] of [
    [{ input: { name: "Taken" } }, "TAKEN"],
    [{ input: { description: null }, expectedRevision: 1 }, "CONFLICT"],
    [{ input: { name: null } }, "INVALID"],
  ] as const) {
    const { updateModel: refused } = await registry.ask(updateModel, { id, ...variables });
    expect(refused).toMatchObject({ model: first.updateModel.model, userErrors: [{ code }] });
  }
  const tried = await registry.ask(updateModel, { id, input: { description: null }, dryRun: true });
  expect(tried.updateModel).toEqual({ model: first.updateModel.model, userErrors: [] });
  const cleared = await registry.ask(updateModel, { id, input: { description: null } });
  expect(cleared.updateModel.model).toMatchObject({ description: null, revision: 3 });
});

test("what is not there cannot be edited, and a foreign object is not there", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const foreign = await aVersion(other, await aModel(other));
  const missing = foreign.replace(/.{8}$/, "00000000");
  const answer = async (id: string) => (await registry.send(update, { id, input: { name: "x" } })).body;
  expect(await answer(missing)).toMatchObject({
    data: { updateModelVersion: { modelVersion: null, userErrors: [{ code: "NOT_FOUND", field: ["id"] }] } },
  });
  expect(await answer(foreign)).toEqual(await answer(missing));
});

test("when the clock of the machine has gone back, an edit leaves updatedAt where it is", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const id = await aVersion(registry, modelId);
  for (const table of ["model", "model_version"])
    await registry.db.query(
      `update ${table} set updated_at = now() + interval '1 day' where organization_id = $1`,
      [registry.organizationId],
    );
  const version = await read(registry, id);
  const query = "query ($id: ID!) { model(by: { id: $id }) { updatedAt } }";
  const { model } = await registry.ask(query, { id: modelId });
  const input = { name: "new" };
  expect((await registry.ask(update, { id, input })).updateModelVersion.modelVersion).toMatchObject({
    name: "new",
    updatedAt: version.updatedAt,
  });
  expect((await registry.ask(updateModel, { id: modelId, input })).updateModel.model).toMatchObject({
    name: "new",
    updatedAt: model.updatedAt,
  });
});
