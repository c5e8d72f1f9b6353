import { expect, test } from "@jest/globals";
import { aRegistry, type Registry, statementsOf } from "./support/registry.ts";
import { aFile, aModel, aSourceExperiment, aVersion, wholeForm } from "./support/seed.ts";
import { readAhead } from "./support/test-server.ts";

const cards = `query ($name: String!) {
  model(by: { name: $name }) {
    name description
    versions(first: 100) {
      nodes {
        name description labelCount labels(first: 2) { name } framework type updatedAt
        createdBy { name pictureUrl }
      }
    }
  }
}`;

const overview = `query ($id: ID!) {
  modelVersion(by: { id: $id }) {
    id name description version framework type createdAt updatedAt createdBy { name pictureUrl } model { id name }
    revisions { about labels parameters dockerImage files }
    labelCount labels { index name }
    parameters { name type value }
    dockerImage { image tag digest flags environmentVariables { name value } }
    files(first: 50) {
      totalCount
      nodes { id name filename size sizeCategory sha256 createdAt createdBy { name pictureUrl } }
    }
    sourceExperiment {
      name url
      parameters { name type value }
      metrics { name value }
      datasetVersions { alias dataset version url labels { index name } }
    }
    trainable { ready missing recommended }
    deployable { ready missing recommended }
  }
}`;

const list = `{
  models(first: 100) {
    nodes { name description updatedAt createdBy { name pictureUrl } versionCount latestVersion { version name type } }
  }
}`;

const find = `query ($where: ModelVersionWhere) {
  modelVersions(first: 100, where: $where, orderBy: { field: NAME }) {
    totalCount
    nodes { name version model { name } createdBy { name } labels(first: 3) { name } files(first: 2) { nodes { name } } }
  }
}`;

const nested = `{
  models(first: 100) {
    nodes {
      newest: versions(first: 2) { totalCount nodes { version files(first: 2) { nodes { name } } } }
      oldest: versions(last: 1) { nodes { version } }
    }
  }
}`;

/** A registry with so many models, each with so many versions, each with everything that a version can have. */
async function filled(models: number, versions: number): Promise<Registry & { versionId: string }> {
  const registry = await aRegistry();
  let versionId = "";
  for (let model = 0; model < models; model += 1) {
    const modelId = await aModel(registry, { name: `Model ${model}` });
    for (let version = 0; version < versions; version += 1) {
      versionId = await aVersion(registry, modelId, { ...wholeForm, name: `Version ${version}` });
      for (const name of ["weights", "config", "classes"]) await aFile(registry, versionId, { name });
      await aSourceExperiment(registry, versionId);
    }
  }
  return { ...registry, versionId };
}

test.each([
  ["a model with the cards of its versions", cards, { name: "Model 0" }, 4],
  ["the overview of a version", overview, undefined, 15],
  ["the list of models", list, {}, 4],
  ["versions across the organization", find, { where: { trainable: { eq: true } } }, 6],
  ["pages of pages", nested, {}, 5],
])(
  "%s takes one statement; and without reading ahead as many for one as for many",
  async (_screen, query, variables, apart) => {
    const [small, large] = [await filled(1, 1), await filled(4, 5)];
    const count = async (registry: typeof small) =>
      (await statementsOf(() => registry.ask(query, variables ?? { id: registry.versionId }))).length;
    expect([await count(small), await count(large)]).toEqual(readAhead ? [1, 1] : [apart, apart]);
  },
);

test("the first screen of 100 versions holds 100 cards, and takes no more statements", async () => {
  const registry = await filled(1, 100);
  let versions: unknown[] = [];
  const sent = await statementsOf(async () => {
    versions = (await registry.ask(cards, { name: "Model 0" })).model.versions.nodes;
  });
  expect(sent).toHaveLength(readAhead ? 1 : 4);
  expect(versions).toHaveLength(100);
  expect(versions[0]).toEqual({
    name: "Version 99",
    description: "Finds helmets and vests.",
    labelCount: 3,
    labels: [{ name: "helmet" }, { name: "vest" }],
    framework: "PYTORCH",
    type: "OBJECT_DETECTION",
    updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    createdBy: { name: "Ada Lovelace", pictureUrl: "https://pictures.example.com/ada.png" },
  });
});

test("the overview shows every section", async () => {
  const registry = await filled(1, 1);
  const { modelVersion } = await registry.ask(overview, { id: registry.versionId });
  expect(modelVersion).toMatchObject({
    files: {
      totalCount: 3,
      nodes: [
        {
          name: "classes",
          filename: "best.onnx",
          size: 6_000_000,
          sizeCategory: "LARGE",
          createdBy: { name: "Ada Lovelace" },
        },
        { name: "config", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        { name: "weights" },
      ],
    },
    sourceExperiment: {
      name: "ppe-yolox-3",
      parameters: [{ name: "epochs", type: "INTEGER", value: 120 }],
      metrics: [{ name: "mAP50", value: 0.81 }],
      datasetVersions: [{ alias: "train", url: null, labels: [{ index: 0, name: "helmet" }] }],
    },
    trainable: { ready: true, missing: [], recommended: [] },
    deployable: { ready: true, missing: [], recommended: [] },
  });
});

test("a file is large above 5 MB", async () => {
  const registry = await aRegistry();
  const versionId = await aVersion(registry, await aModel(registry));
  await aFile(registry, versionId, { name: "a", size: 5_000_000 });
  await aFile(registry, versionId, { name: "b", size: 5_000_001 });
  await aFile(registry, versionId, { name: "c", size: 1 });
  await aFile(registry, versionId, { name: "d", size: Number.MAX_SAFE_INTEGER });
  const { modelVersion } = await registry.ask(
    "query ($id: ID!) { modelVersion(by: { id: $id }) { files { nodes { size sizeCategory } } } }",
    { id: versionId },
  );
  expect(modelVersion.files.nodes).toEqual([
    { size: 5_000_000, sizeCategory: "SMALL" },
    { size: 5_000_001, sizeCategory: "LARGE" },
    { size: 1, sizeCategory: "SMALL" },
    { size: Number.MAX_SAFE_INTEGER, sizeCategory: "LARGE" },
  ]);
});

test("a count is made only when it is selected", async () => {
  const registry = await filled(1, 1);
  const sent = async (query: string) => (await statementsOf(() => registry.ask(query))).join();
  expect(await sent("{ models { nodes { id } } }")).not.toContain("count(*)");
  expect(await sent("{ models { totalCount nodes { id } } }")).toContain("count(*)");
  expect(await sent("{ models { totalCount } }")).not.toContain("updated_at");
});
