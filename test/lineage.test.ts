import { expect, test } from "@jest/globals";
import { aFamily } from "./support/family.ts";
import { aRegistry, statementsOf } from "./support/registry.ts";
import { aDatasetVersion, aModel, anExperiment, aVersion, uuid } from "./support/seed.ts";
import { deleteVersion, purgeVersion } from "./support/settings.ts";
import { readAhead } from "./support/test-server.ts";

const relative = "distance modelName name version modelVersion { name }";
const read = `query ($ids: [ID!]!) {
  nodes(ids: $ids) { ... on ModelVersion { ancestors { ${relative} } descendants { ${relative} } } }
}`;

const one = (distance: number, name: string, version: number, gone = false) => ({
  ...{ distance, modelName: "PPE", name, version },
  modelVersion: gone ? null : { name },
});

test("a version knows what it comes from and what comes from it, also when what is between has been purged", async () => {
  const { registry, root, a, b, c } = await aFamily();
  const ask = async (...ids: string[]) => (await registry.ask(read, { ids })).nodes;
  expect(await ask(root, b, c)).toEqual([
    { ancestors: [], descendants: [one(1, "a", 2), one(1, "c", 4), one(2, "b", 3)] },
    { ancestors: [one(1, "a", 2), one(2, "root", 1)], descendants: [] },
    { ancestors: [one(1, "root", 1)], descendants: [] },
  ]);
  for (const gone of [deleteVersion, purgeVersion]) await registry.ask(gone, { id: a });
  expect(await ask(root, b)).toEqual([
    { ancestors: [], descendants: [one(1, "a", 2, true), one(1, "c", 4), one(2, "b", 3)] },
    { ancestors: [one(1, "a", 2, true), one(2, "root", 1)], descendants: [] },
  ]);
});

test("a chain of 100 generations is read by one statement, for many versions as for one", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const ids: string[] = [];
  for (let count = 0; count <= 100; count += 1) ids.push(await aVersion(registry, modelId));
  await registry.db.transaction(async (tx) => {
    await tx.query("alter table model_version disable trigger model_version_base_kept");
    await tx.query(
      `update model_version v set base_model_version_id = b.id from model_version b
       where v.model_id = $1 and b.model_id = $1 and v.version = b.version + 1`,
      [uuid(modelId)],
    );
    await tx.query("alter table model_version enable trigger model_version_base_kept");
  });
  const query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ModelVersion { ancestors { version } } } }";
  const [last = ""] = ids.slice(-1);
  const { nodes } = await registry.ask(query, { ids: [last] });
  const versions = nodes[0].ancestors.map(({ version }: { version: number }) => version);
  expect(versions).toEqual(Array.from({ length: 100 }, (_, index) => 100 - index));
  for (const some of [[last], ids.slice(-50)])
    expect(await statementsOf(() => registry.ask(query, { ids: some }))).toHaveLength(readAhead ? 1 : 2);
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
