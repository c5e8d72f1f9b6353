import { expect, test } from "@jest/globals";
import { aRegistry, type Registry, statementsOf } from "./support/registry.ts";
import { aModel, aSourceExperiment, aVersion } from "./support/seed.ts";

const divergence =
  "alias dataset version missing { index name } extra { index name } renamed { index name datasetName }";
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

const dataset = (alias: string, labels: object[]) => ({
  alias,
  dataset: "PPE",
  version: alias,
  url: null,
  labels,
});
const datasets = [dataset("train", [helmet, vest]), dataset("val", [helmet]), dataset("unlabelled", [])];

async function anExportedVersion(labels: object[], from: object[] = datasets) {
  const registry = await aRegistry();
  const id = await aVersion(registry, await aModel(registry), { labels });
  await aSourceExperiment(registry, id, from);
  return { registry, id };
}

async function edit(registry: Registry, variables: object) {
  return (await registry.ask(update, variables)).updateLabelMap;
}

test("an edit of an exported version warns of what its datasets call differently, and can be tried before", async () => {
  const { registry, id } = await anExportedVersion([helmet, vest]);
  const before = [{ alias: "val", dataset: "PPE", version: "val", missing: [], extra: [vest], renamed: [] }];
  const operations = [{ set: { index: 0, name: "hardhat" } }, { modify: { index: 1, newIndex: 2 } }];
  const renamed = [{ index: 0, name: "hardhat", datasetName: "helmet" }];
  const extra = [{ index: 2, name: "vest" }];
  const after = [
    { alias: "train", dataset: "PPE", version: "train", missing: [vest], extra, renamed },
    { alias: "val", dataset: "PPE", version: "val", missing: [], extra, renamed },
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
  const { registry, id } = await anExportedVersion([], [dataset("train", [helmet, vest])]);
  const input = { operations: [{ set: helmet }, { set: vest }] };
  const back = { warnings: [], modelVersion: { labelMapDivergence: [] } };
  expect(await edit(registry, { id, input })).toMatchObject(back);
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

test("an answer that the divergence would make too large is refused, and the edit with it", async () => {
  const labels = Array.from({ length: 25_000 }, (_, index) => ({ index, name: `class ${index}` }));
  const others = labels.map(({ index }) => ({ index, name: `other ${index}` }));
  const aliases = ["a", "b", "c", "d", "e"];
  const { registry, id } = await anExportedVersion(
    labels,
    aliases.map((alias) => dataset(alias, others)),
  );
  const { body } = await registry.send(read, { ids: [id] });
  expect(body.errors).toMatchObject([{ extensions: { code: "QUERY_TOO_LARGE" } }]);
  const input = { operations: [{ remove: { index: 0 } }] };
  const warned = await registry.send(update, { id, input });
  expect(warned.body.errors).toMatchObject([{ extensions: { code: "QUERY_TOO_LARGE" } }]);
  const { modelVersion } = await registry.ask(
    "query ($id: ID!) { modelVersion(by: { id: $id }) { labelCount revisions { labels } } }",
    { id },
  );
  expect(modelVersion).toEqual({ labelCount: 25_000, revisions: { labels: 1 } });
});
