import { expect, test } from "@jest/globals";
import { until } from "./support/embedded-cluster.ts";
import { waiters } from "./support/locks.ts";
import { aRegistry, type Registry, statementsOf } from "./support/registry.ts";
import { aFile, aModel, aVersion, uuid, wholeForm } from "./support/seed.ts";
import {
  deleteModel,
  deleteVersion,
  purgeVersion,
  restoreModel,
  restoreVersion,
  transfer,
} from "./support/settings.ts";

const byNumber = `query ($modelId: ID!, $version: Int!) {
  modelVersion(by: { number: { model: { id: $modelId }, version: $version } }) { id version model { id } }
}`;
const addresses = `query ($id: ID!, $first: Int, $after: String) { modelVersion(by: { id: $id }) {
  previousAddresses(first: $first, after: $after) {
    totalCount pageInfo { endCursor } nodes { version movedAt model { id } movedBy { name } }
  }
} }`;

const find = async (registry: Registry, modelId: string, version: number) =>
  (await registry.ask(byNumber, { modelId, version })).modelVersion;
const move = async (registry: Registry, variables: object) =>
  (await registry.ask(transfer, variables)).transferModelVersion;
const updatedAt = async (registry: Registry, id: string) =>
  (await registry.ask("query ($id: ID!) { model(by: { id: $id }) { updatedAt versionCount } }", { id }))
    .model;

test("a transferred version gets the next number, and its old address says where it went", async () => {
  const registry = await aRegistry();
  const [a, b] = [await aModel(registry), await aModel(registry)];
  for (const modelId of [a, b, b]) await aVersion(registry, modelId);
  const id = await aVersion(registry, a, { ...wholeForm, name: "yolox" });
  await aFile(registry, id);
  const whole = `query ($id: ID!) { modelVersion(by: { id: $id }) {
    id name description type framework createdAt createdBy { name } revisions { about labels parameters dockerImage files }
    labels { index name } parameters { name value } dockerImage { image } files { nodes { id } } trainable { ready } deployable { ready }
  } }`;
  const before = await registry.ask(whole, { id });
  const moments = [await updatedAt(registry, a), await updatedAt(registry, b)];

  const { modelVersion, userErrors } = await move(registry, { id, modelId: b });
  expect(userErrors).toEqual([]);
  expect(modelVersion).toMatchObject({ id, name: "yolox", version: 3, model: { id: b } });
  expect(await registry.ask(whole, { id })).toEqual(before);
  expect(await find(registry, a, 2)).toEqual({ id, version: 3, model: { id: b } });
  expect(await find(registry, b, 3)).toEqual({ id, version: 3, model: { id: b } });
  const [from, to] = [await updatedAt(registry, a), await updatedAt(registry, b)];
  expect([from.versionCount, to.versionCount]).toEqual([1, 3]);
  expect(from.updatedAt > moments[0].updatedAt && to.updatedAt > moments[1].updatedAt).toBe(true);
  expect((await registry.ask(addresses, { id })).modelVersion.previousAddresses).toMatchObject({
    totalCount: 1,
    nodes: [{ version: 2, movedAt: expect.any(String), model: { id: a }, movedBy: { name: "Ada Lovelace" } }],
  });
  const next = await aVersion(registry, a, { name: "yolox" });
  expect(await find(registry, a, 3)).toMatchObject({ id: next });
});

test("transfers chain, also back, and no number is given twice", async () => {
  const registry = await aRegistry();
  const [a, b, c] = [await aModel(registry), await aModel(registry), await aModel(registry)];
  const id = await aVersion(registry, a);
  for (const modelId of [b, c, a, b]) expect((await move(registry, { id, modelId })).userErrors).toEqual([]);
  const now = { id, version: 2, model: { id: b } };
  for (const [modelId, version] of [
    [a, 1],
    [b, 1],
    [c, 1],
    [a, 2],
    [b, 2],
  ] as const)
    expect(await find(registry, modelId, version)).toEqual(now);
  expect(await find(registry, a, 3)).toBeNull();

  const one = (await registry.ask(addresses, { id, first: 3 })).modelVersion.previousAddresses;
  const two = (await registry.ask(addresses, { id, after: one.pageInfo.endCursor })).modelVersion
    .previousAddresses;
  const path = [...one.nodes, ...two.nodes].map(({ model, version }) => [model.id, version]);
  expect(path).toEqual([
    [a, 2],
    [c, 1],
    [b, 1],
    [a, 1],
  ]);
});

test("many addresses are looked up by one statement for each model", async () => {
  const registry = await aRegistry();
  const [a, b] = [await aModel(registry, { name: "A" }), await aModel(registry)];
  const ids = [await aVersion(registry, a), await aVersion(registry, a), await aVersion(registry, a)];
  await move(registry, { id: ids[1], modelId: b });
  const at = (version: number) =>
    `v${version}: modelVersion(by: { number: { model: { name: "A" }, version: ${version} } }) { id }`;
  let found = {};
  const sent = await statementsOf(async () => {
    found = await registry.ask(`{ ${[1, 2, 3, 4].map(at).join(" ")} }`);
  });
  expect(found).toEqual({ v1: { id: ids[0] }, v2: { id: ids[1] }, v3: { id: ids[2] }, v4: null });
  expect(sent).toHaveLength(2);
});

test("a clash of names is refused, and a new name resolves it", async () => {
  const registry = await aRegistry();
  const [a, b] = [await aModel(registry), await aModel(registry)];
  const id = await aVersion(registry, a, { name: "yolox" });
  await aVersion(registry, b, { name: "yolox" });
  const refused = await move(registry, { id, modelId: b });
  expect(refused).toMatchObject({
    modelVersion: { version: 1, model: { id: a } },
    userErrors: [
      { code: "TAKEN", field: ["name"], message: "Another version of the model has this name already." },
    ],
  });
  expect((await move(registry, { id, modelId: b, name: "" })).userErrors).toMatchObject([
    { code: "INVALID", field: ["name"] },
  ]);
  const { modelVersion } = await move(registry, { id, modelId: b, name: "yolox 2" });
  expect(modelVersion).toMatchObject({
    ...{ name: "yolox 2", version: 2, model: { id: b } },
    revisions: { about: 2, labels: 1 },
  });
  expect(modelVersion.updatedAt > refused.modelVersion.updatedAt).toBe(true);
});

test("a version goes neither nowhere, nor where it is, nor to another organization", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const [a, foreign] = [await aModel(registry), await aModel(other)];
  const id = await aVersion(registry, a);
  const theirs = await aVersion(other, foreign);
  const missing = "Model_01a2085d7a6e7686917e4c40ceedf259";
  const answer = async (variables: object) => (await registry.send(transfer, variables)).body;
  expect(await answer({ id, modelId: missing })).toMatchObject({
    data: {
      transferModelVersion: {
        modelVersion: { version: 1, model: { id: a } },
        userErrors: [{ code: "NOT_FOUND", field: ["modelId"], message: "There is no model with this id." }],
      },
    },
  });
  expect(await answer({ id, modelId: foreign })).toEqual(await answer({ id, modelId: missing }));
  expect((await move(registry, { id: theirs, modelId: a })).userErrors).toMatchObject([
    { code: "NOT_FOUND", field: ["id"] },
  ]);
  expect((await move(registry, { id, modelId: a })).userErrors).toMatchObject([
    { code: "CONFLICT", field: ["modelId"] },
  ]);
  expect((await move(registry, { id, modelId: id })).userErrors).toMatchObject([
    { code: "INVALID", field: ["modelId"] },
  ]);
});

test("a transfer that is refused or tried changes nothing, and takes no number", async () => {
  const registry = await aRegistry();
  const [a, b] = [await aModel(registry), await aModel(registry)];
  const id = await aVersion(registry, a, { name: "yolox" });
  await aVersion(registry, b, { name: "yolox" });
  const state = async () => [
    await find(registry, a, 1),
    await updatedAt(registry, a),
    await updatedAt(registry, b),
    await registry.ask(addresses, { id }),
  ];
  const before = await state();
  const tried = await move(registry, { id, modelId: b, name: "other", dryRun: true });
  expect(tried).toMatchObject({ modelVersion: { name: "yolox", version: 1 }, userErrors: [] });
  const refused = await move(registry, { id, modelId: b, dryRun: true });
  expect(refused.userErrors).toMatchObject([{ code: "TAKEN", field: ["name"] }]);
  await move(registry, { id, modelId: b });
  expect(await state()).toEqual(before);
  const { modelVersion } = await move(registry, { id, modelId: b, name: "other" });
  expect(modelVersion.version).toBe(2);
});

test("an old address leads to what is there: not to the trash, nor out of a deleted model", async () => {
  const registry = await aRegistry();
  const [a, b] = [await aModel(registry), await aModel(registry)];
  const id = await aVersion(registry, a);
  await move(registry, { id, modelId: b });
  await registry.ask(deleteVersion, { id });
  expect([await find(registry, a, 1), await find(registry, b, 1)]).toEqual([null, null]);
  await registry.ask(restoreVersion, { id });
  expect(await find(registry, a, 1)).toMatchObject({ id });

  await registry.ask(deleteModel, { id: a });
  expect(await find(registry, a, 1)).toBeNull();
  const { previousAddresses } = (await registry.ask(addresses, { id })).modelVersion;
  expect(previousAddresses.nodes).toMatchObject([{ version: 1, model: null }]);
  await registry.ask(restoreModel, { id: a });
  expect(await find(registry, a, 1)).toMatchObject({ id, model: { id: b } });

  await registry.ask(deleteVersion, { id });
  await registry.ask(purgeVersion, { id });
  expect(await find(registry, a, 1)).toBeNull();
  expect(await aVersion(registry, a)).toBe((await find(registry, a, 2)).id);
});

test("the database keeps old addresses, and counters that only count up", async () => {
  const registry = await aRegistry();
  const [a, b] = [await aModel(registry), await aModel(registry)];
  const id = await aVersion(registry, a);
  await move(registry, { id, modelId: b });
  for (const statement of [
    "delete from previous_address where model_id = $1",
    "update previous_address set version = 7 where model_id = $1",
    "update model set last_version = 0 where id = $1",
  ])
    await expect(registry.db.query(statement, [uuid(a)])).rejects.toThrow("is frozen");
});

test("a transfer can start from a revision, and a dry run tells the number", async () => {
  const registry = await aRegistry();
  const [a, b] = [await aModel(registry), await aModel(registry)];
  await aVersion(registry, b);
  const id = await aVersion(registry, a);
  const query = `mutation ($id: ID!, $modelId: ID!, $expectedRevision: Int, $dryRun: Boolean) {
    transferModelVersion(id: $id, modelId: $modelId, expectedRevision: $expectedRevision, dryRun: $dryRun) {
      version modelVersion { version } userErrors { code field }
    }
  }`;
  const answer = async (more: object) =>
    (await registry.ask(query, { id, modelId: b, ...more })).transferModelVersion;
  expect(await answer({ expectedRevision: 2 })).toEqual({
    ...{ version: null, modelVersion: { version: 1 } },
    userErrors: [{ code: "CONFLICT", field: ["expectedRevision"] }],
  });
  expect(await answer({ dryRun: true })).toEqual({
    version: 2,
    modelVersion: { version: 1 },
    userErrors: [],
  });
  expect(await answer({ expectedRevision: 1 })).toEqual({
    ...{ version: 2, modelVersion: { version: 2 }, userErrors: [] },
  });
});

test("a version that was transferred while something else waited for its model is looked at anew", async () => {
  const registry = await aRegistry();
  const [a, b] = [await aModel(registry), await aModel(registry)];
  const id = await aVersion(registry, a);
  const other = registry.db.createQueryRunner();
  await other.startTransaction();
  await other.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [uuid(a)]);
  const deletion = registry.ask(deleteVersion, { id });
  await until(async () => (await waiters(registry.db, "pg_advisory_xact_lock")) === 1);
  await other.query("update model_version set model_id = $2, version = 7 where id = $1", [uuid(id), uuid(b)]);
  await other.commitTransaction();
  await other.release();
  expect((await deletion).deleteModelVersion.userErrors).toMatchObject([{ code: "CONFLICT", field: ["id"] }]);
});

test("a foreign model is not waited for, and its own people do not wait", async () => {
  const [registry, stranger] = [await aRegistry(), await aRegistry()];
  const modelId = await aModel(registry);
  const own = await aVersion(stranger, await aModel(stranger));
  const held = registry.db.createQueryRunner();
  await held.startTransaction();
  await held.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [uuid(modelId)]);
  // Each would wait until it is given up, were it to wait at all.
  expect((await stranger.ask(deleteModel, { id: modelId })).deleteModel.userErrors).toMatchObject([
    { code: "NOT_FOUND" },
  ]);
  expect((await move(stranger, { id: own, modelId })).userErrors).toMatchObject([{ code: "NOT_FOUND" }]);
  const create = `mutation ($modelId: ID!) {
    createModelVersion(modelId: $modelId, input: { name: "x", type: LINE }) { userErrors { code } }
  }`;
  expect((await stranger.ask(create, { modelId })).createModelVersion.userErrors).toEqual([
    { code: "NOT_FOUND" },
  ]);
  await held.rollbackTransaction();
  await held.release();
});
