import { expect, test } from "@jest/globals";
import { aRegistry, type Registry, statementsOf } from "./support/registry.ts";
import { aDataset, aDatasetVersion, anExperiment } from "./support/seed.ts";
import { readAhead } from "./support/test-server.ts";

const helmet = { index: 0, name: "helmet" };
const vest = { index: 1, name: "vest" };
const fields = "name type url labelCount labels { index name } revision dataset { name } createdBy { name }";

const update = `mutation ($id: ID!, $input: UpdateDatasetVersionInput!, $expectedRevision: Int) {
  updateDatasetVersion(id: $id, input: $input, expectedRevision: $expectedRevision) {
    datasetVersion { labelCount labels { name } revision updatedAt } userErrors { code field message }
  }
}`;

async function edit(registry: Registry, variables: object) {
  return (await registry.ask(update, variables)).updateDatasetVersion;
}

test("a version of a dataset says what it is, and is found by its id and by its name", async () => {
  const registry = await aRegistry();
  const dataset = await aDataset(registry, { name: "PPE", description: "Building sites." });
  const url = "https://data.example.com/ppe/2026-01";
  const input = { name: " 2026-01 ", type: "OBJECT_DETECTION", url, labels: [vest, helmet] };
  const id = await aDatasetVersion(registry, input, dataset);
  const query = `query ($by: DatasetVersionBy!) { datasetVersion(by: $by) { ${fields} } }`;
  const expected = {
    ...{ name: "2026-01", type: "OBJECT_DETECTION", url, labelCount: 2, labels: [helmet, vest], revision: 1 },
    ...{ dataset: { name: "PPE" }, createdBy: { name: "Ada Lovelace" } },
  };
  for (const by of [
    { id },
    { name: { dataset: { name: "PPE" }, name: "2026-01" } },
    { name: { dataset: { id: dataset }, name: "2026-01 " } },
  ])
    expect((await registry.ask(query, { by })).datasetVersion).toEqual(expected);
  const missing = { name: { dataset: { name: "Lanes" }, name: "2026-01" } };
  expect((await registry.ask(query, { by: missing })).datasetVersion).toBeNull();
});

test("datasets and their versions are listed: a page of each dataset by one statement", async () => {
  const registry = await aRegistry();
  for (const name of ["Lanes", "PPE"]) {
    const id = await aDataset(registry, { name });
    for (const version of ["a", "b", "c"])
      await aDatasetVersion(registry, { name: version, type: version === "b" ? null : "LINE" }, id);
  }
  const query = `{ datasets(orderBy: { field: NAME }) {
    totalCount nodes { name versions(first: 2, where: { type: { eq: LINE } }) { totalCount nodes { name } } }
  } }`;
  const versions = { totalCount: 2, nodes: [{ name: "c" }, { name: "a" }] };
  let data: unknown;
  const sent = await statementsOf(async () => {
    data = await registry.ask(query);
  });
  expect(data).toEqual({
    datasets: {
      totalCount: 2,
      nodes: [
        { name: "Lanes", versions },
        { name: "PPE", versions },
      ],
    },
  });
  expect(sent).toHaveLength(readAhead ? 1 : 4);
});

test("a label map is replaced as a whole, by who says which one; what is there already changes nothing", async () => {
  const registry = await aRegistry();
  const id = await aDatasetVersion(registry, { labels: [helmet, vest] });
  const labels = [{ ...helmet, name: "hardhat" }];
  expect((await edit(registry, { id, input: { labels } })).userErrors).toMatchObject([
    { code: "INVALID", field: ["expectedRevision"] },
  ]);
  const { datasetVersion } = await edit(registry, { id, input: { labels }, expectedRevision: 1 });
  expect(datasetVersion).toMatchObject({ labelCount: 1, labels: [{ name: "hardhat" }], revision: 2 });
  const again = await edit(registry, { id, input: { labels, url: null }, expectedRevision: 2 });
  expect(again).toEqual({ datasetVersion, userErrors: [] });
  expect((await edit(registry, { id, input: { labels: [] }, expectedRevision: 1 })).userErrors).toMatchObject(
    [{ code: "CONFLICT", field: ["expectedRevision"] }],
  );
});

test("names are unique, of datasets in the organization and of versions in the dataset", async () => {
  const registry = await aRegistry();
  const [dataset, other] = [await aDataset(registry, { name: "PPE" }), await aDataset(registry)];
  await aDatasetVersion(registry, { name: "a" }, dataset);
  await aDatasetVersion(registry, { name: "a" }, other);
  await expect(aDataset(registry, { name: "PPE" })).rejects.toThrow("Another dataset has this name already.");
  await expect(aDatasetVersion(registry, { name: "a" }, dataset)).rejects.toThrow(
    "Another version of the dataset has this name already.",
  );
  await aDataset(await aRegistry(), { name: "PPE" });
});

const remove = (noun: string) =>
  `mutation ($id: ID!, $dryRun: Boolean) {
    delete${noun}(id: $id, dryRun: $dryRun) { userErrors { code field message } }
  }`;

test("what is in use stays: a version while an experiment uses it, and a dataset while it has versions", async () => {
  const registry = await aRegistry();
  const dataset = await aDataset(registry);
  const [used, unused] = [
    await aDatasetVersion(registry, {}, dataset),
    await aDatasetVersion(registry, {}, dataset),
  ];
  await anExperiment(registry, { datasets: { train: used } });
  const tried = async (noun: string, id: string, dryRun = false) =>
    (await registry.ask(remove(noun), { id, dryRun }))[`delete${noun}`].userErrors;
  for (const dryRun of [true, false]) {
    expect(await tried("DatasetVersion", used, dryRun)).toEqual([
      {
        ...{ code: "CONFLICT", field: ["id"] },
        message: "Expected a version that no experiment uses, got one that some do.",
      },
    ]);
    expect(await tried("Dataset", dataset, dryRun)).toMatchObject([{ code: "CONFLICT", field: ["id"] }]);
    expect(await tried("DatasetVersion", unused, dryRun)).toEqual([]);
  }
  expect(await tried("DatasetVersion", unused)).toMatchObject([{ code: "NOT_FOUND" }]);
  expect(await tried("Dataset", await aDataset(registry))).toEqual([]);
});
