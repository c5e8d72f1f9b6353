import { expect, test } from "@jest/globals";
import { exportAs } from "./support/family.ts";
import { aRegistry, type Registry, statementsOf } from "./support/registry.ts";
import {
  aDataset,
  aDatasetVersion,
  aModel,
  anExperiment,
  aSourceExperiment,
  aVersion,
} from "./support/seed.ts";

const divergence =
  "alias dataset version missingCount missing { index name } extraCount extra { index name } renamedCount renamed { index name datasetName }";
const update = `mutation ($id: ID!, $input: UpdateLabelMapInput!, $dryRun: Boolean) {
  updateLabelMap(id: $id, input: $input, dryRun: $dryRun) {
    warnings { ${divergence} } modelVersion { labelMapDivergence { ${divergence} } } userErrors { code }
  }
}`;
const read = `query ($ids: [ID!]!) {
  nodes(ids: $ids) { ... on ModelVersion { labelMapDivergence { ${divergence} } } }
}`;

const helmet = { index: 0, name: "helmet" };
const vest = { index: 1, name: "vest" };

const dataset = (alias: string, labels: (typeof helmet)[]) => ({
  alias,
  dataset: "PPE",
  version: alias,
  url: null,
  labels,
});
const datasets = [dataset("train", [helmet, vest]), dataset("val", [helmet]), dataset("unlabelled", [])];

/** A version that an experiment with datasets was exported as: its label map is the one of `train`. */
async function anExportedVersion(from = datasets) {
  const registry = await aRegistry();
  const dataset = await aDataset(registry, { name: "PPE" });
  const used: { [alias: string]: string } = {};
  for (const { alias, labels } of from)
    used[alias] = await aDatasetVersion(registry, { name: alias, labels }, dataset);
  const experiment = await anExperiment(registry, { datasets: used });
  const id = await exportAs(registry, experiment, await aModel(registry), "exported");
  return { registry, id, used };
}

async function edit(registry: Registry, variables: object) {
  return (await registry.ask(update, variables)).updateLabelMap;
}

test("an edit of an exported version warns of what its datasets call differently, and can be tried before", async () => {
  const { registry, id, used } = await anExportedVersion();
  const none = { missingCount: 0, missing: [], extraCount: 0, extra: [], renamedCount: 0, renamed: [] };
  const before = [{ ...none, alias: "val", dataset: "PPE", version: "val", extraCount: 1, extra: [vest] }];
  const operations = [{ set: { index: 0, name: "hardhat" } }, { modify: { index: 1, newIndex: 2 } }];
  const renamed = { renamedCount: 1, renamed: [{ index: 0, name: "hardhat", datasetName: "helmet" }] };
  const both = { ...none, ...renamed, extraCount: 1, extra: [{ index: 2, name: "vest" }] };
  // What becomes of the dataset afterwards is of no account.
  const relabel = `mutation ($id: ID!) {
    updateDatasetVersion(id: $id, input: { labels: [] }, expectedRevision: 1) { userErrors { code } }
  }`;
  expect(await registry.ask(relabel, { id: used.train })).toEqual({
    updateDatasetVersion: { userErrors: [] },
  });
  const after = [
    { ...both, alias: "train", dataset: "PPE", version: "train", missingCount: 1, missing: [vest] },
    { ...both, alias: "val", dataset: "PPE", version: "val" },
  ];
  for (const [dryRun, now] of [
    [true, before],
    [false, after],
  ] as const) {
    expect(await edit(registry, { id, input: { operations }, dryRun })).toEqual({
      warnings: after,
      modelVersion: { labelMapDivergence: now },
      userErrors: [],
    });
  }
  expect((await registry.ask(read, { ids: [id] })).nodes).toEqual([{ labelMapDivergence: after }]);
});

test("an edit that brings the map back warns no more", async () => {
  const { registry, id } = await anExportedVersion([dataset("train", [helmet, vest])]);
  const away = await edit(registry, { id, input: { operations: [{ remove: { index: 1 } }] } });
  expect(away.warnings).toMatchObject([{ alias: "train", missing: [vest] }]);
  const back = { warnings: [], modelVersion: { labelMapDivergence: [] } };
  expect(await edit(registry, { id, input: { operations: [{ set: vest }] } })).toMatchObject(back);
});

test("a version made by hand has nothing to differ from, and a refused edit nothing to warn of", async () => {
  const registry = await aRegistry();
  const byHand = await aVersion(registry, await aModel(registry));
  const set = { operations: [{ set: helmet }] };
  const nothing = { warnings: [], modelVersion: { labelMapDivergence: [] } };
  expect(await edit(registry, { id: byHand, input: set })).toEqual({ ...nothing, userErrors: [] });
  await aSourceExperiment(registry, byHand);
  const refused = { operations: [{ remove: { index: 9 } }] };
  expect(await edit(registry, { id: byHand, input: refused })).toEqual({
    ...nothing,
    userErrors: [{ code: "NOT_FOUND" }],
  });
});

test("the divergence of many versions takes as many statements as that of one, and an edit looks only when it is asked", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const ids: string[] = [];
  for (let version = 0; version < 20; version += 1) {
    const id = await aVersion(registry, modelId, { labels: [vest, { index: version + 2, name: "other" }] });
    if (version % 4 > 0) await aSourceExperiment(registry, id, datasets);
    ids.push(id);
  }
  const ask = (some: string[]) => statementsOf(() => registry.ask(read, { ids: some }));
  expect([(await ask(ids.slice(1, 2))).length, (await ask(ids)).length]).toEqual([3, 3]);
  const { nodes } = await registry.ask(read, { ids });
  expect(nodes.map((version: { labelMapDivergence: object[] }) => version.labelMapDivergence.length)).toEqual(
    ids.map((_, version) => (version % 4 > 0 ? 2 : 0)),
  );
  const silent = `mutation ($id: ID!) { updateLabelMap(id: $id, input: { operations: [] }) { userErrors { code } } }`;
  const sent = await statementsOf(() => registry.ask(silent, { id: ids[1] }));
  expect(sent.filter((statement) => statement.includes("source_experiment"))).toEqual([]);
});

test("the largest map with the usual three datasets is tried in one request: the differences are counted, and a thousand of each kind shown", async () => {
  const labels = Array.from({ length: 25_000 }, (_, index) => ({ index, name: `class ${index}` }));
  const others = labels.map(({ index }) => ({ index, name: `other ${index}` }));
  const registry = await aRegistry();
  const id = await aVersion(registry, await aModel(registry), { labels });
  const trained = ["train", "val", "test"].map((alias) => dataset(alias, others));
  await aSourceExperiment(registry, id, trained);
  const { warnings } = await edit(registry, {
    ...{ id, dryRun: true },
    input: { operations: [{ remove: { index: 0 } }] },
  });
  expect(warnings.map((warning: { alias: string }) => warning.alias)).toEqual(["train", "val", "test"]);
  for (const { missingCount, missing, extraCount, renamedCount, renamed } of warnings) {
    expect([missingCount, extraCount, renamedCount]).toEqual([1, 0, 24_999]);
    expect(missing).toEqual([{ index: 0, name: "other 0" }]);
    expect(renamed).toHaveLength(1_000);
    expect(renamed[999]).toEqual({ index: 1_000, name: "class 1000", datasetName: "other 1000" });
  }
});
