import { expect, test } from "@jest/globals";
import { aFamily, next } from "./support/family.ts";
import { mostRows } from "./support/plan.ts";
import { aRegistry, statementsOf } from "./support/registry.ts";
import { aDatasetVersion, aModel, anExperiment, aVersion, uuid } from "./support/seed.ts";
import { deleteVersion, purgeVersion } from "./support/settings.ts";
import { readAhead } from "./support/test-server.ts";

const relative = `distance modelName name version modelVersion { name } experimentName experiment { name }
  deletedAt purgedAt`;
const read = `query ($ids: [ID!]!) {
  nodes(ids: $ids) { ... on ModelVersion { ancestors { ${relative} } descendants { ${relative} } } }
}`;

const some = expect.any(String);

/** What has been purged has only its names and its number left. */
function one(distance: number, name: string, version: number, { deleted = false, purged = false } = {}) {
  const experimentName = name === "root" || purged ? null : `to ${name}`;
  return {
    ...{ distance, modelName: "PPE", name, version, modelVersion: deleted ? null : { name } },
    ...{ experimentName, experiment: experimentName && { name: experimentName } },
    ...{ deletedAt: deleted ? some : null, purgedAt: purged ? some : null },
  };
}

test("a version knows what it comes from and what comes from it, also when what is between has been purged", async () => {
  const { registry, root, a, b, c } = await aFamily();
  const ask = async (...ids: string[]) => (await registry.ask(read, { ids })).nodes;
  expect(await ask(root, b, c)).toEqual([
    { ancestors: [], descendants: [one(1, "a", 2), one(1, "c", 4), one(2, "b", 3)] },
    { ancestors: [one(1, "a", 2), one(2, "root", 1)], descendants: [] },
    { ancestors: [one(1, "root", 1)], descendants: [] },
  ]);
  await registry.ask(deleteVersion, { id: a });
  const deleted = { deleted: true };
  expect(await ask(b)).toEqual([
    { ancestors: [one(1, "a", 2, deleted), one(2, "root", 1)], descendants: [] },
  ]);
  await registry.ask(purgeVersion, { id: a });
  const purged = { deleted: true, purged: true };
  expect(await ask(root, b)).toEqual([
    { ancestors: [], descendants: [one(1, "a", 2, purged), one(1, "c", 4), one(2, "b", 3)] },
    { ancestors: [one(1, "a", 2, purged), one(2, "root", 1)], descendants: [] },
  ]);
});

test("the experiments of a line are told by name when they are gone", async () => {
  const { registry, a, b } = await aFamily();
  await registry.db.query(
    "delete from experiment where id = (select experiment_id from source_experiment where model_version_id = $1)",
    [uuid(a)],
  );
  const [{ ancestors }] = (await registry.ask(read, { ids: [b] })).nodes;
  expect(ancestors[0]).toMatchObject({ experimentName: "to a", experiment: null, deletedAt: null });
});

interface Relative {
  version: number;
  experimentName: string | null;
}

test("a chain of 100 generations is read by one statement, for many versions as for one", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const ids = [await aVersion(registry, modelId)];
  for (let count = 1; count <= 100; count += 1)
    ids.push(await next(registry, String(ids.at(-1)), modelId, `v${count}`));
  const query = `query ($ids: [ID!]!) {
    nodes(ids: $ids) { ... on ModelVersion { ancestors { version modelName name experimentName deletedAt purgedAt } } }
  }`;
  const last = String(ids.at(-1));
  const [{ ancestors }] = (await registry.ask(query, { ids: [last] })).nodes;
  const told = ancestors.map(({ version, experimentName }: Relative) => [version, experimentName]);
  const generations = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(told).toEqual(generations.map((number) => [number, number === 1 ? null : `to v${number - 1}`]));
  expect(await statementsOf(() => registry.ask(query, { ids: [last] }))).toHaveLength(readAhead ? 1 : 2);

  // What many lines have in common is read once.
  const [, statement, ...more] = await statementsOf(() => registry.ask(query, { ids: ids.slice(-50) }));
  expect(more).toEqual([]);
  const params = [ids.slice(-50).map(uuid), 1_000];
  expect(await mostRows(registry.db, statement, params, "Recursive Union")).toBe(101);
});

test("a circle, should there be one, ends", async () => {
  const { registry, root, b } = await aFamily();
  await registry.db.transaction(async (tx) => {
    await tx.query("alter table model_version disable trigger model_version_base_kept");
    await tx.query("update model_version set base_model_version_id = $2 where id = $1", [
      uuid(root),
      uuid(b),
    ]);
    await tx.query("alter table model_version enable trigger model_version_base_kept");
  });
  const [{ ancestors }] = (await registry.ask(read, { ids: [b] })).nodes;
  expect(ancestors).toEqual([one(1, "a", 2), one(2, "root", 1)]);
});

test("the database keeps what a version comes from", async () => {
  const { registry, a, c } = await aFamily();
  await expect(
    registry.db.query("update model_version set base_model_version_id = $2 where id = $1", [
      uuid(a),
      uuid(c),
    ]),
  ).rejects.toThrow("model_version is frozen");
});

test("a version of a dataset knows the versions that were trained on it", async () => {
  const registry = await aRegistry();
  const [train, other] = [await aDatasetVersion(registry), await aDatasetVersion(registry)];
  const modelId = await aModel(registry);
  const id = await anExperiment(registry, { datasets: { train, val: train } }, { type: "LINE" });
  const query = `mutation ($id: ID!, $modelId: ID!) {
    exportExperiment(id: $id, modelId: $modelId, input: { name: "v", anyStatus: true }) { userErrors { code } }
  }`;
  await registry.ask(query, { id, modelId });
  const list =
    "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on DatasetVersion { trainedVersions { totalCount nodes { name } } } } }";
  expect((await registry.ask(list, { ids: [train, other] })).nodes).toEqual([
    { trainedVersions: { totalCount: 1, nodes: [{ name: "v" }] } },
    { trainedVersions: { totalCount: 0, nodes: [] } },
  ]);
});
