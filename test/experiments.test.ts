import { expect, test } from "@jest/globals";
import { Keyring, parseSecretKeys } from "../src/keyring.ts";
import { rotateSecrets } from "../src/stored-secrets.ts";
import { aRegistry, type Registry, statementsOf } from "./support/registry.ts";
import {
  aDatasetVersion,
  aModel,
  anExperiment,
  aVersion,
  createExperiment,
  type From,
  uuid,
  wholeForm,
} from "./support/seed.ts";
import { deleteVersion, purgeVersion } from "./support/settings.ts";
import { testKeyring, testSecretKeys } from "./support/test-server.ts";

const helmet = { index: 0, name: "helmet" };
const vest = { index: 1, name: "vest" };

const all = `name status type framework labelCount labels { index name } parameters { name type value }
  dockerImage { image tag environmentVariables { name value secret } }
  base { modelName name version modelVersion { name } }
  datasetVersions { alias datasetVersion { id } }
  labelMapWarnings { alias datasetVersion { id } renamedCount renamed { index name datasetName } }`;

async function read(registry: Registry, id: string, fields = all) {
  return (await registry.ask(`query ($id: ID!) { experiment(by: { id: $id }) { ${fields} } }`, { id }))
    .experiment;
}

test("an experiment takes over what its base has, and keeps it when the base is edited and purged", async () => {
  const registry = await aRegistry();
  const variable = { name: "TOKEN", value: "s3cret", secret: true };
  const dockerImage = { ...wholeForm.dockerImage, environmentVariables: [variable] };
  const model = await aModel(registry, { name: "PPE" });
  const base = await aVersion(registry, model, { ...wholeForm, dockerImage, name: "yolox" });
  const id = await anExperiment(registry, { base }, { name: "e" });
  const expected = {
    ...{ name: "e", status: "WAITING", type: "OBJECT_DETECTION", framework: "PYTORCH" },
    ...{ labelCount: 3, labels: wholeForm.labels },
    parameters: [
      { name: "epochs", type: "INTEGER", value: 100 },
      { name: "lr0", type: "FLOAT", value: 0.01 },
    ],
    dockerImage: { image: "docker.io/acme/yolox", tag: "1.2.0", environmentVariables: [variable] },
    base: { modelName: "PPE", name: "yolox", version: 1, modelVersion: { name: "yolox" } },
    ...{ datasetVersions: [], labelMapWarnings: [] },
  };
  expect(await read(registry, id)).toEqual(expected);

  const edit = `mutation ($id: ID!) {
    updateModelVersion(id: $id, input: { name: "renamed", framework: ONNX }) { userErrors { message } }
    updateLabelMap(id: $id, input: { operations: [{ remove: { index: 0 } }] }) { userErrors { message } }
    removeDockerImage(id: $id) { userErrors { message } }
  }`;
  await registry.ask(edit, { id: base });
  expect(await read(registry, id)).toEqual({
    ...expected,
    base: { ...expected.base, modelVersion: { name: "renamed" } },
  });
  for (const gone of [deleteVersion, purgeVersion]) {
    await registry.ask(gone, { id: base });
    expect(await read(registry, id)).toEqual({ ...expected, base: { ...expected.base, modelVersion: null } });
  }
});

test("an experiment that starts from nothing has what its creation says", async () => {
  const registry = await aRegistry();
  const parameters = [{ name: "epochs", value: 3 }];
  const { experiment, userErrors } = await createExperiment(
    registry,
    {},
    { name: "e", type: "LINE", parameters },
    all,
  );
  expect(userErrors).toEqual([]);
  expect(experiment).toEqual({
    ...{ name: "e", status: "WAITING", type: "LINE", framework: null, labelCount: 0, labels: [] },
    parameters: [{ name: "epochs", type: "INTEGER", value: 3 }],
    ...{ dockerImage: null, base: null, datasetVersions: [], labelMapWarnings: [] },
  });
});

test("parameters of the creation overwrite those of the base in their places, and keep their types", async () => {
  const registry = await aRegistry();
  const base = await aVersion(registry, await aModel(registry), wholeForm);
  const parameters = [
    { name: "amp", value: true },
    { name: "lr0", value: 1 },
  ];
  const { experiment } = await createExperiment(registry, { base }, { parameters }, all);
  expect(experiment.parameters).toEqual([
    { name: "epochs", type: "INTEGER", value: 100 },
    { name: "lr0", type: "FLOAT", value: 1 },
    { name: "amp", type: "BOOLEAN", value: true },
  ]);
});

const maps = { none: [], train: [vest], other: [{ ...helmet, name: "hardhat" }] };

test.each<[string, string[], string | null, object[]]>([
  ["of the dataset version train", ["other", "train"], null, maps.train],
  ["of the dataset version that is named", ["train", "other"], " other ", maps.other],
  ["of the base without train", ["other"], null, [helmet]],
  ["of the base when train has no labels", ["none"], null, [helmet]],
])("the label map is the one %s", async (_what, aliases, labelMapFrom, labels) => {
  const registry = await aRegistry();
  const base = await aVersion(registry, await aModel(registry), { labels: [helmet] });
  const datasets: From["datasets"] = {};
  for (const alias of aliases)
    datasets[alias === "none" ? "train" : alias] = await aDatasetVersion(registry, {
      labels: maps[alias as keyof typeof maps],
    });
  const { experiment } = await createExperiment(registry, { base, datasets }, { labelMapFrom }, all);
  expect([experiment.labels, experiment.labelCount]).toEqual([labels, labels.length]);
});

test("dataset versions that name an index differently are warned of, until the label map is theirs", async () => {
  const registry = await aRegistry();
  const val = await aDatasetVersion(registry, { labels: [{ ...helmet, name: "hardhat" }, vest] });
  const test = await aDatasetVersion(registry, { labels: [vest, { index: 7, name: "other" }] });
  const train = await aDatasetVersion(registry, { labels: [helmet, vest] });
  const id = await anExperiment(registry, { datasets: { val, test, train } }, { type: "LINE" });
  const warning = (alias: string, id: string, name: string, datasetName: string) => ({
    ...{ alias, datasetVersion: { id }, renamedCount: 1 },
    renamed: [{ index: 0, name, datasetName }],
  });
  const { labelMapWarnings, datasetVersions } = await read(registry, id);
  expect(labelMapWarnings).toEqual([warning("val", val, "helmet", "hardhat")]);
  expect(datasetVersions.map(({ alias }: { alias: string }) => alias)).toEqual(["val", "test", "train"]);

  const edit = `mutation ($id: ID!, $dryRun: Boolean) {
    updateExperimentLabelMap(id: $id, input: { operations: [{ set: { index: 0, name: "hardhat" } }] }, dryRun: $dryRun) {
      changed { before { name } after { name } }
      warnings { alias datasetVersion { id } renamedCount renamed { index name datasetName } }
      experiment { labelCount revisions { about labels parameters } } userErrors { code }
    }
  }`;
  for (const [dryRun, labels] of [
    [true, 1],
    [false, 2],
  ])
    expect((await registry.ask(edit, { id, dryRun })).updateExperimentLabelMap).toEqual({
      changed: [{ before: { name: "helmet" }, after: { name: "hardhat" } }],
      warnings: [warning("train", train, "hardhat", "helmet")],
      experiment: { labelCount: 2, revisions: { about: 1, labels, parameters: 1 } },
      userErrors: [],
    });
});

test.each<[string, string | null, (string | null)[], string | null, string | string[]]>([
  ["as given", "LINE", [null], "POINT", "LINE"],
  ["as given, when the dataset versions agree", "LINE", ["LINE", null], null, "LINE"],
  ["that of the dataset versions", null, [null, "POINT"], "LINE", "POINT"],
  ["that of the base", null, [null], "LINE", "LINE"],
  ["refused when nothing tells it", null, [], null, ["INVALID", "input", "type"]],
  ["refused when the dataset versions have another", "LINE", ["POINT"], null, ["CONFLICT", "input", "type"]],
  [
    "refused when the dataset versions have several",
    null,
    ["LINE", "LINE", "POINT"],
    null,
    ["CONFLICT", "datasetVersions", "2", "datasetVersionId"],
  ],
])("the type is %s", async (_what, type, datasetTypes, baseType, expected) => {
  const registry = await aRegistry();
  const base = baseType && (await aVersion(registry, await aModel(registry), { type: baseType }));
  const datasets: From["datasets"] = {};
  for (const [index, type] of datasetTypes.entries())
    datasets[`d${index}`] = await aDatasetVersion(registry, { type });
  const { experiment, userErrors } = await createExperiment(registry, { base, datasets }, { type }, "type");
  if (typeof expected === "string") expect([experiment, userErrors]).toEqual([{ type: expected }, []]);
  else {
    const [code, ...field] = expected;
    expect([experiment, userErrors]).toMatchObject([null, [{ code, field }]]);
  }
});

test.each<[string, string, object, object]>([
  ["a base that is not there", "base", {}, { code: "NOT_FOUND", field: ["baseModelVersionId"] }],
  [
    "a dataset version that is not there",
    "dataset",
    {},
    { code: "NOT_FOUND", field: ["datasetVersions", "0", "datasetVersionId"] },
  ],
  [
    "a label map from an alias that is not there",
    "",
    { labelMapFrom: "train" },
    { code: "INVALID", field: ["input", "labelMapFrom"] },
  ],
  [
    "a bad value",
    "",
    { parameters: [{ name: "a" }] },
    { code: "INVALID", field: ["input", "parameters", "0", "value"] },
  ],
])("%s is refused", async (_what, missing, more, userError) => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const from: From = {};
  if (missing === "base") from.base = await aVersion(other, await aModel(other));
  if (missing === "dataset") from.datasets = { train: await aDatasetVersion(other) };
  const { experiment, userErrors } = await createExperiment(registry, from, { type: "LINE", ...more });
  expect([experiment, userErrors]).toMatchObject([null, [userError]]);
});

test("an alias stands once in an experiment", async () => {
  const registry = await aRegistry();
  const id = await aDatasetVersion(registry);
  const query = `mutation ($id: ID!) {
    createExperiment(
      datasetVersions: [{ alias: "train", datasetVersionId: $id }, { alias: " train", datasetVersionId: $id }]
      input: { name: "e", type: LINE }
    ) { userErrors { code field } }
  }`;
  expect((await registry.ask(query, { id })).createExperiment.userErrors).toEqual([
    { code: "DUPLICATE", field: ["datasetVersions", "1", "alias"] },
  ]);
});

test("a name is unique in its project, and an experiment is found by both", async () => {
  const registry = await aRegistry();
  const ids: string[] = [];
  for (const projectName of [null, "PPE", "Lanes"])
    ids.push(await anExperiment(registry, {}, { name: "e", projectName, type: "LINE" }));
  for (const projectName of [null, "PPE"]) {
    const { userErrors } = await createExperiment(registry, {}, { name: "e", projectName, type: "LINE" });
    expect(userErrors).toMatchObject([{ code: "TAKEN", field: ["input", "name"] }]);
  }
  const query = "query ($name: ExperimentName!) { experiment(by: { name: $name }) { id } }";
  const find = async (name: object) => (await registry.ask(query, { name })).experiment?.id ?? null;
  expect([await find({ name: "e" }), await find({ projectName: "PPE", name: "e" })]).toEqual(ids.slice(0, 2));
  expect(await find({ projectName: "Cars", name: "e" })).toBeNull();
});

test("the experiments of an organization, a base and a dataset version are listed", async () => {
  const registry = await aRegistry();
  const base = await aVersion(registry, await aModel(registry));
  const train = await aDatasetVersion(registry);
  await anExperiment(registry, {}, { name: "a", type: "LINE" });
  await anExperiment(registry, { base }, { name: "b" });
  await anExperiment(registry, { base, datasets: { train, val: train } }, { name: "c" });
  const query = `query ($base: ID!, $train: ID!) {
    experiments(orderBy: { field: NAME }, where: { status: { eq: WAITING } }) { totalCount nodes { name } }
    modelVersion(by: { id: $base }) { experiments { totalCount nodes { name } } }
    datasetVersion(by: { id: $train }) { experiments { totalCount nodes { name } } }
  }`;
  const page = (...names: string[]) => ({ totalCount: names.length, nodes: names.map((name) => ({ name })) });
  expect(await registry.ask(query, { base, train })).toEqual({
    experiments: page("a", "b", "c"),
    modelVersion: { experiments: page("c", "b") },
    datasetVersion: { experiments: page("c") },
  });
});

test("twenty experiments with everything take as many statements as one", async () => {
  const registry = await aRegistry();
  const base = await aVersion(registry, await aModel(registry), wholeForm);
  const train = await aDatasetVersion(registry, { labels: [helmet] });
  const log =
    'mutation ($id: ID!) { logMetrics(id: $id, input: { metrics: [{ name: "loss", value: 1 }] }) { userErrors { code } } }';
  const ids: string[] = [];
  for (let count = 0; count < 20; count += 1) {
    const id = await anExperiment(registry, { base, datasets: { train } }, { name: `e${count}` });
    await registry.ask(log, { id });
    ids.push(id);
  }
  const query = `query ($ids: [ID!]!) {
    nodes(ids: $ids) { ... on Experiment { ${all} createdBy { name } metrics { name last { value } series { step } } } }
  }`;
  const sent = async (some: string[]) =>
    (await statementsOf(() => registry.ask(query, { ids: some }))).length;
  expect(await sent(ids)).toBe(await sent(ids.slice(0, 1)));
});

test("parameters are edited as those of a version are, with a revision of their own", async () => {
  const registry = await aRegistry();
  const id = await anExperiment(registry, {}, { type: "LINE", parameters: [{ name: "epochs", value: 3 }] });
  const edit = `mutation ($id: ID!, $input: UpdateParametersInput!, $expectedRevision: Int) {
    updateExperimentParameters(id: $id, input: $input, expectedRevision: $expectedRevision) {
      added { name } changed { after { value } } removed { name }
      experiment { parameters { name value } revisions { about labels parameters } } userErrors { code field }
    }
  }`;
  const operations = [{ set: { name: "epochs", value: 5 } }, { set: { name: "seed", value: 7 } }];
  const parameters = [
    { name: "epochs", value: 5 },
    { name: "seed", value: 7 },
  ];
  const edited = { parameters, revisions: { about: 1, labels: 1, parameters: 2 } };
  expect((await registry.ask(edit, { id, input: { operations } })).updateExperimentParameters).toEqual({
    ...{ added: [{ name: "seed" }], changed: [{ after: { value: 5 } }], removed: [] },
    ...{ experiment: edited, userErrors: [] },
  });
  const stale = { id, input: { replace: [] }, expectedRevision: 1 };
  expect((await registry.ask(edit, stale)).updateExperimentParameters).toEqual({
    ...{ added: [], changed: [], removed: [], experiment: edited },
    userErrors: [{ code: "CONFLICT", field: ["expectedRevision"] }],
  });
});

test("the same key creates one experiment", async () => {
  const registry = await aRegistry();
  const query = `mutation { createExperiment(input: { name: "e", type: LINE }, idempotencyKey: "k") { experiment { id } } }`;
  expect(await registry.ask(query)).toEqual(await registry.ask(query));
});

test("a secret that was taken over is rotated with the others", async () => {
  const registry = await aRegistry();
  const variable = { name: "TOKEN", value: "s3cret", secret: true };
  const dockerImage = { image: "acme/yolox", environmentVariables: [variable] };
  const base = await aVersion(registry, await aModel(registry), { dockerImage });
  const id = await anExperiment(registry, { base }, {});
  const stored = async () => {
    const [row] = await registry.db.query(
      "select environment_variables as v from experiment_docker_image where experiment_id = $1",
      [uuid(id)],
    );
    return row.v[0];
  };
  const before = await stored();
  const next = parseSecretKeys(`next:${Buffer.alloc(32, 7).toString("base64")}`) ?? [];
  await rotateSecrets(registry.db, new Keyring([...next, ...testSecretKeys]));
  expect([before.keyId, (await stored()).keyId]).toEqual([testKeyring.current, "next"]);
});
