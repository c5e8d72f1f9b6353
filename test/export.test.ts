import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { afterAll, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";
import { createDataSource } from "../src/data-source.ts";
import { artifactsOf, beginArtifact, createArtifact, setStatus } from "./support/artifacts.ts";
import { databaseUrl } from "./support/database.ts";
import { until } from "./support/embedded-cluster.ts";
import { aStoredFile, diskPathOf } from "./support/files.ts";
import { waiters } from "./support/locks.ts";
import { keptBytes, upload } from "./support/multipart.ts";
import { complete, readBytes, sendParts } from "./support/parts.ts";
import { aMember, aRegistry, type Registry } from "./support/registry.ts";
import {
  aDatasetVersion,
  aModel,
  anExperiment,
  aVersion,
  type From,
  uuid,
  wholeForm,
} from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { deleteVersion, purgeVersion } from "./support/settings.ts";
import { aServer } from "./support/test-server.ts";

const fields = `name description version framework type labels { index name } parameters { name type value }
  dockerImage { image tag digest flags environmentVariables { name value secret } } model { name }
  files { nodes { name filename contentType size sha256 status createdBy { name } downloadUrl } }
  sourceExperiment {
    experimentId experiment { name } name projectName url
    parameters { name type value } metrics { name goal value best }
    datasetVersions { alias dataset version url labelCount labels { index name } datasetVersion { name } }
  }`;

async function exported(registry: Registry, id: string, modelId: string | null, input: object, more = "") {
  const { exportExperiment } = await registry.ask(
    `mutation ($id: ID!, $modelId: ID, $input: ExportExperimentInput!) {
      exportExperiment(id: $id, modelId: $modelId, input: $input ${more}) {
        modelVersion { id ${fields} } warnings { code message artifact { name } pendingUpload { name } } userErrors { code field }
      }
    }`,
    { id, modelId, input: { name: "exported", ...input } },
  );
  return exportExperiment;
}

async function succeed(registry: Registry, id: string): Promise<void> {
  await registry.ask(
    `mutation ($id: ID!) {
      logMetrics(id: $id, input: { metrics: [
        { name: "mAP50", value: 0.5 }, { name: "mAP50", value: 0.8 }, { name: "mAP50", value: 0.7 }
        { name: "loss", value: 1, goal: MINIMIZE }, { name: "loss", value: 2 }
      ] }) { userErrors { code } }
      running: setExperimentStatus(id: $id, status: RUNNING) { userErrors { code } }
      success: setExperimentStatus(id: $id, status: SUCCESS) { userErrors { code } }
    }`,
    { id },
  );
}

const metrics = [
  { name: "loss", goal: "MINIMIZE", value: 2, best: 1 },
  { name: "mAP50", goal: "MAXIMIZE", value: 0.7, best: 0.8 },
];
const gloves = [{ index: 5, name: "gloves" }];
const secret = { name: "TOKEN", value: "s3cret", secret: true };
const environmentVariables = [{ name: "MODE", value: "offline", secret: false }, secret];
const dockerImage = {
  ...{ image: "docker.io/acme/yolox:1.2.0", flags: ["--gpus=all", "--ipc=host"] },
  environmentVariables,
};
const hand = { image: "docker.io/acme/hand:1", environmentVariables: [secret] };

function aVersionFile(name: string, filename: string, bytes: string, contentType: string | null) {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const stored = { size: bytes.length, sha256, status: "READY", downloadUrl: expect.any(String) };
  return { name, filename, contentType, ...stored, createdBy: { name: "Ada Lovelace" } };
}

/** What happens to the base after the experiment has begun. */
const meanwhiles = {
  nothing: async () => {},
  async edited(registry: Registry, base: string) {
    const userErrors = "userErrors { code }";
    const edits = await registry.ask(
      `mutation ($id: ID!, $dockerImage: UpdateDockerImageInput!) {
        about: updateModelVersion(id: $id, input: { framework: ONNX, type: LINE }) { ${userErrors} }
        labels: updateLabelMap(id: $id, input: { operations: [{ remove: { index: 0 } }] }) { ${userErrors} }
        parameters: updateParameters(id: $id, input: { operations: [
          { remove: { name: "lr0" } }, { set: { name: "epochs", value: 1 } }
        ] }) { ${userErrors} }
        dockerImage: updateDockerImage(id: $id, input: $dockerImage) { ${userErrors} }
      }`,
      { id: base, dockerImage: { image: "docker.io/acme/other:2", flags: [], environmentVariables: [] } },
    );
    for (const edit of Object.values(edits)) expect(edit).toEqual({ userErrors: [] });
    const replaced = await upload(registry, base, "later", { name: "config", replace: true });
    expect(replaced.userErrors).toEqual([]);
  },
  async purged(registry: Registry, base: string) {
    for (const gone of [deleteVersion, purgeVersion]) await registry.ask(gone, { id: base });
    const query = "query ($id: ID!) { tombstone(id: $id) { version } }";
    expect(await registry.ask(query, { id: base })).toEqual({ tombstone: { version: 1 } });
  },
};

/** A dataset version without labels or type leaves both to the base; with them, it differs from the base in both. */
const datasets = {
  labelled: { labels: gloves, type: "POINT" },
  unlabelled: { labels: [] },
  none: null,
};

type Meanwhile = keyof typeof meanwhiles;
const yes = [true, false];
const combinations = yes.flatMap((base) =>
  (Object.keys(datasets) as (keyof typeof datasets)[]).flatMap((dataset) =>
    yes.flatMap((override) =>
      yes.flatMap((newModel) =>
        (base ? (Object.keys(meanwhiles) as Meanwhile[]) : ["nothing" as const]).map((meanwhile) => ({
          ...{ base, dataset, override, newModel, meanwhile },
        })),
      ),
    ),
  ),
);

test.each(combinations)(
  "base: $base, dataset label map: $dataset, override: $override, new model: $newModel, meanwhile: $meanwhile",
  async ({ base, dataset, override, newModel, meanwhile }) => {
    const registry = await aRegistry();
    const from: From = {};
    const model = await aModel(registry, { name: "PPE" });
    if (base) {
      from.base = await aVersion(registry, model, { ...wholeForm, dockerImage });
      for (const name of ["config", "weights"])
        await aStoredFile(registry, from.base, Buffer.from(`${name} of the base`), { name });
    }
    const train = datasets[dataset];
    if (train) from.datasets = { train: await aDatasetVersion(registry, { name: "2026-01", ...train }) };
    const parameters = override ? [{ name: "epochs", value: 7 }] : [];
    const about = { name: "e", projectName: "PPE", url: "https://lab.example.com/experiments/3" };
    const given = base || dataset === "labelled" ? {} : { type: "SEGMENTATION" };
    const id = await anExperiment(registry, from, { ...about, ...given, parameters });
    if (from.base) await meanwhiles[meanwhile](registry, from.base);
    await createArtifact(registry, id, "trained", { name: "weights", contentType: "a/b", replace: true });
    await succeed(registry, id);
    const kept = await keptBytes(registry);

    const input = {
      description: "Better.",
      ...(newModel && { model: { name: "Gloves" } }),
      ...(!base && { framework: "ONNX", dockerImage: hand }),
    };
    const answer = await exported(registry, id, newModel ? null : model, input);
    const { modelVersion, warnings, userErrors } = answer;
    expect(userErrors).toEqual([]);
    const config = { code: "INHERITED_ARTIFACT", artifact: { name: "config" }, pendingUpload: null };
    expect(warnings).toEqual(base ? [{ ...config, message: expect.any(String) }] : []);
    expect(await keptBytes(registry)).toEqual(kept); // none were copied
    const files = [aVersionFile("weights", "best.pt", "trained", "a/b")];
    if (base) files.unshift(aVersionFile("config", "best.onnx", "config of the base", null));
    const epochs = { name: "epochs", type: "INTEGER", value: override ? 7 : 100 };
    const used = base ? [epochs, { name: "lr0", type: "FLOAT", value: 0.01 }] : override ? [epochs] : [];
    const usedDataset = {
      ...{ alias: "train", dataset: expect.stringMatching(/^Dataset/), version: "2026-01", url: null },
      ...{ labelCount: train?.labels.length, labels: train?.labels, datasetVersion: { name: "2026-01" } },
    };
    expect(modelVersion).toEqual({
      ...{ id: expect.any(String), name: "exported", description: "Better." },
      type: dataset === "labelled" ? "POINT" : base ? "OBJECT_DETECTION" : "SEGMENTATION",
      ...{ version: base && !newModel ? 2 : 1, model: { name: newModel ? "Gloves" : "PPE" } },
      framework: base ? "PYTORCH" : "ONNX",
      labels: dataset === "labelled" ? gloves : base ? wholeForm.labels : [],
      parameters: used,
      files: { nodes: files },
      dockerImage: base
        ? { ...dockerImage, image: "docker.io/acme/yolox", tag: "1.2.0", digest: null }
        : { ...hand, image: "docker.io/acme/hand", tag: "1", digest: null, flags: [] },
      sourceExperiment: {
        ...{ experimentId: id, experiment: { name: "e" }, ...about, parameters: used, metrics },
        datasetVersions: train ? [usedDataset] : [],
      },
    });
    const [last] = modelVersion.files.nodes.slice(-1);
    expect(await (await fetch(last.downloadUrl)).text()).toBe("trained");
  },
);

test("each export has a snapshot of its own, which stays when datasets are edited and the experiment is gone", async () => {
  const registry = await aRegistry();
  const train = await aDatasetVersion(registry, { name: "2026-01", labels: gloves });
  const id = await anExperiment(registry, { datasets: { train } }, { name: "e", type: "LINE" });
  await succeed(registry, id);
  const model = await aModel(registry);
  const first = (await exported(registry, id, model, { name: "a" })).modelVersion;
  const edit = `mutation ($id: ID!) {
    updateDatasetVersion(id: $id, input: { name: "2026-02", labels: [] }, expectedRevision: 1) { userErrors { code } }
  }`;
  await registry.ask(edit, { id: train });
  const second = (await exported(registry, id, model, { name: "b" })).modelVersion;
  expect(second.sourceExperiment.datasetVersions).toMatchObject([{ version: "2026-02", labels: [] }]);
  await registry.db.query("delete from experiment where id = $1", [uuid(id)]);
  await registry.db.query("delete from dataset_version where id = $1", [uuid(train)]);
  const query = `query ($id: ID!) { modelVersion(by: { id: $id }) { id ${fields} } }`;
  const { modelVersion } = await registry.ask(query, { id: first.id });
  const [dataset] = first.sourceExperiment.datasetVersions;
  expect(dataset).toMatchObject({ version: "2026-01", labels: gloves });
  expect(modelVersion.sourceExperiment).toEqual({
    ...{ ...first.sourceExperiment, experiment: null },
    datasetVersions: [{ ...dataset, datasetVersion: null }],
  });
});

let impatient: DataSource | undefined;

afterAll(async () => {
  await impatient?.destroy();
});

test("an experiment with the labels of many datasets is exported, however long that takes", async () => {
  const registry = await aRegistry();
  const train = await aDatasetVersion(registry, { labels: gloves });
  const id = await anExperiment(registry, { datasets: { train } }, { type: "LINE" });
  const modelId = await aModel(registry);
  const db = createDataSource(await databaseUrl());
  db.setOptions({ extra: { ...db.options.extra, statement_timeout: 300 } });
  impatient = await db.initialize();
  const send = sender(`${(await aServer(impatient)).address}/graphql`, registry.token);

  const other = registry.db.createQueryRunner();
  await other.startTransaction();
  await other.query("lock table source_label in share mode");
  const exporting = send(
    `mutation ($id: ID!, $modelId: ID!) {
      exportExperiment(id: $id, modelId: $modelId, input: { name: "v", anyStatus: true }) { modelVersion { version } }
    }`,
    { id, modelId },
  );
  await until(async () => (await waiters(registry.db, "source_label")) === 1);
  await other.query("select pg_sleep(1)");
  await other.commitTransaction();
  await other.release();
  expect((await exporting).body).toEqual({ data: { exportExperiment: { modelVersion: { version: 1 } } } });
});

test("while an export takes its time, other versions get their numbers, and one of its name waits for it", async () => {
  const registry = await aRegistry();
  const [train, modelId] = [await aDatasetVersion(registry, {}), await aModel(registry)];
  const id = await anExperiment(registry, { datasets: { train } });
  const create = async (name: string) =>
    (
      await registry.ask(
        `mutation ($id: ID!, $name: String!) { createModelVersion(modelId: $id, input: { name: $name, type: LINE }) {
          modelVersion { version } userErrors { code field } } }`,
        { id: modelId, name },
      )
    ).createModelVersion;

  const held = registry.db.createQueryRunner();
  await held.startTransaction();
  await held.query("select from dataset_version where id = $1 for update", [uuid(train)]);
  const exporting = exported(registry, id, modelId, { anyStatus: true });
  await until(async () => (await waiters(registry.db, "dataset_version")) === 1);
  const late = create("exported");
  await until(async () => (await waiters(registry.db, "pg_advisory_xact_lock")) === 1);
  expect(await create("another")).toEqual({ modelVersion: { version: 1 }, userErrors: [] });
  await held.commitTransaction();
  await held.release();

  expect(await exporting).toMatchObject({ modelVersion: { version: 2 }, userErrors: [] });
  expect(await late).toEqual({
    modelVersion: null,
    userErrors: [{ code: "TAKEN", field: ["input", "name"] }],
  });
});

test("only what has come to SUCCESS is exported, unless it is said otherwise; then it stays as it is", async () => {
  const registry = await aRegistry();
  const [id, model] = [await anExperiment(registry), await aModel(registry)];
  const userErrors = [{ code: "CONFLICT", field: ["id"] }];
  const refusal = { modelVersion: null, warnings: [], userErrors };
  expect(await exported(registry, id, model, {})).toEqual(refusal);
  expect((await exported(registry, id, model, { anyStatus: true })).userErrors).toEqual([]);
  const log =
    'mutation ($id: ID!) { logMetrics(id: $id, input: { metrics: [{ name: "a", value: 1 }] }) { userErrors { code } } }';
  expect((await registry.ask(log, { id })).logMetrics.userErrors).toEqual([{ code: "CONFLICT" }]);
  const write = "insert into experiment_label (experiment_id, index, name) values ($1, 0, 'a')";
  await expect(registry.db.query(write, [uuid(id)])).rejects.toThrow("that is over is kept");
});

test.each<[string, object, boolean, object]>([
  ["no model", {}, false, { code: "INVALID", field: ["modelId"] }],
  ["two models", { model: { name: "New" } }, true, { code: "INVALID", field: ["modelId"] }],
  [
    "a new model with a name that is taken",
    { model: { name: "PPE" } },
    false,
    { code: "TAKEN", field: ["input", "model", "name"] },
  ],
  [
    "a framework beside that of the base",
    { framework: "ONNX" },
    true,
    { code: "CONFLICT", field: ["input", "framework"] },
  ],
  [
    "a docker image beside that of the base",
    { dockerImage },
    true,
    { code: "CONFLICT", field: ["input", "dockerImage"] },
  ],
  ["a name that is taken", { name: "base" }, true, { code: "TAKEN", field: ["input", "name"] }],
])("an export into %s is refused, and leaves nothing", async (_what, input, into, userError) => {
  const registry = await aRegistry();
  const model = await aModel(registry, { name: "PPE" });
  const base = await aVersion(registry, model, { name: "base" });
  const id = await anExperiment(registry, { base }, {});
  await succeed(registry, id);
  expect(await exported(registry, id, into ? model : null, input)).toEqual({
    modelVersion: null,
    warnings: [],
    userErrors: [userError],
  });
  const { models, experiment } = await registry.ask(
    "query ($id: ID!) { models { nodes { versionCount } } experiment(by: { id: $id }) { exportedAt } }",
    { id },
  );
  expect([models.nodes, experiment]).toEqual([[{ versionCount: 1 }], { exportedAt: null }]);
});

test("an export waits for bytes that are being read, and refuses those that are damaged", async () => {
  const registry = await aRegistry();
  const [id, model] = [await anExperiment(registry), await aModel(registry)];
  const { pendingUpload } = await beginArtifact(registry.ask, id, { size: 1 });
  await complete(
    registry.ask,
    pendingUpload.id,
    await sendParts(registry.ask, pendingUpload, Buffer.from("a"), [1]),
  );
  const { artifact } = await createArtifact(registry, id, "damaged", { name: "damaged" });
  writeFileSync(await diskPathOf(registry, artifact.id), "!");
  const verify = "mutation ($id: ID!) { verifyArtifact(id: $id) { userErrors { code } } }";
  await registry.ask(verify, { id: artifact.id });
  await setStatus(registry.ask, id, "RUNNING", "SUCCESS");
  const refusal = { code: "CONFLICT", field: ["id"] };
  const refusals = { modelVersion: null, warnings: [] };
  expect(await exported(registry, id, model, {})).toEqual({ ...refusals, userErrors: [refusal] });
  await readBytes(registry);
  expect(await exported(registry, id, model, {})).toEqual({ ...refusals, userErrors: [refusal] });
  writeFileSync(await diskPathOf(registry, artifact.id), "damaged");
  await registry.ask(verify, { id: artifact.id });
  await readBytes(registry);
  const { modelVersion } = await exported(registry, id, model, {});
  expect(modelVersion.files.nodes).toMatchObject([{ name: "damaged" }, { name: "weights" }]);
});

test("an export warns of an upload that can be completed no more, as long as it is under way", async () => {
  const registry = await aRegistry();
  const [id, model] = [await anExperiment(registry), await aModel(registry)];
  const { pendingUpload } = await beginArtifact(registry.ask, id, { size: 1 });
  const parts = await sendParts(registry.ask, pendingUpload, Buffer.from("a"), [1]);
  const underWay = { code: "UPLOAD_UNDER_WAY", artifact: null, pendingUpload: { name: "weights" } };
  const message = '"weights" was still being uploaded, and is not in the version.';
  const first = await exported(registry, id, model, { anyStatus: true });
  expect(first).toMatchObject({ warnings: [{ ...underWay, message }], userErrors: [] });
  expect(first.modelVersion.files.nodes).toEqual([]);
  const { userErrors } = await complete(registry.ask, pendingUpload.id, parts);
  expect(userErrors).toMatchObject([{ code: "CONFLICT", field: ["id"] }]);
  const abort = "mutation ($id: ID!) { abortUpload(id: $id) { userErrors { code } } }";
  expect((await registry.ask(abort, { id: pendingUpload.id })).abortUpload.userErrors).toEqual([]);
  expect((await exported(registry, id, model, { name: "b", anyStatus: true })).warnings).toEqual([]);
});

test("who exports is the author of the files, and later exports have the same ones", async () => {
  const registry = await aRegistry();
  const [id, model] = [await anExperiment(registry), await aModel(registry)];
  await createArtifact(registry, id, "a", { name: "weights" });
  const { token } = await aMember(registry.db, registry.organizationId, { name: "Grace Hopper" });
  const ask = async (query: string, variables?: object) =>
    (await sender(registry.url, token)(query, variables)).body.data;
  const grace = await exported({ ...registry, ask }, id, model, { name: "a", anyStatus: true });
  const ada = await exported(registry, id, model, { name: "b", anyStatus: true });
  const [first, second] = [grace, ada].map(({ modelVersion }) => modelVersion.files.nodes[0]);
  expect([first.createdBy.name, second.createdBy.name]).toEqual(["Grace Hopper", "Ada Lovelace"]);
  expect(first.sha256).toBe(second.sha256);
  // What happens to the files of a version from now on is the version's own.
  await upload(registry, grace.modelVersion.id, "other", { name: "weights", replace: true });
  expect(await artifactsOf(registry.ask, id, "sha256")).toEqual([{ sha256: first.sha256 }]);
});

test("the same key exports once", async () => {
  const registry = await aRegistry();
  const [id, model] = [await anExperiment(registry), await aModel(registry)];
  const once = () => exported(registry, id, model, { anyStatus: true }, ', idempotencyKey: "k"');
  expect(await once()).toEqual(await once());
});

const snapshot = [
  ["source_experiment", "name = 'x'", "(model_version_id, experiment_id, name) select $1, $1, 'x'"],
  [
    "source_parameter",
    "position = 9",
    "(model_version_id, name, type, value, position) select $1, 'x', 'INTEGER', '1', 9",
  ],
  [
    "source_metric",
    "value = 9",
    "(model_version_id, name, goal, value, best) select $1, 'x', 'MAXIMIZE', 1, 1",
  ],
  [
    "source_dataset_version",
    "position = 9",
    "(model_version_id, alias, position, dataset_version_id, dataset, version, label_count) select $1, 'x', 1, $1, 'x', 'x', 0",
  ],
  ["source_label", "name = 'x'", "(model_version_id, alias, index, name) select $1, 'train', 9, 'x'"],
] as const;

test.each(snapshot)(
  "the database refuses to change %s of an exported version",
  async (table, change, row) => {
    const registry = await aRegistry();
    const train = await aDatasetVersion(registry, { labels: gloves });
    const id = await anExperiment(
      registry,
      { datasets: { train } },
      { type: "LINE", parameters: [{ name: "a", value: 1 }] },
    );
    await succeed(registry, id);
    const model = await aModel(registry);
    const version = uuid((await exported(registry, id, model, {})).modelVersion.id);
    const byHand = uuid(await aVersion(registry, model));
    const run = (statement: string, id: string) => registry.db.query(statement, [id]);
    const frozen = `${table} is frozen`;
    await expect(run(`update ${table} set ${change} where model_version_id = $1`, version)).rejects.toThrow(
      frozen,
    );
    await expect(run(`delete from ${table} where model_version_id = $1`, version)).rejects.toThrow(
      /is frozen/,
    );
    const to = table === "source_experiment" ? byHand : version;
    await expect(run(`insert into ${table} ${row}`, to)).rejects.toThrow(frozen);
    await expect(run("update model_version set version = -version where id = $1", to)).rejects.toThrow(
      "model_version is frozen",
    );
    await expect(registry.db.query(`truncate ${table} cascade`)).rejects.toThrow(frozen);
  },
);

test("a purge takes the snapshot along", async () => {
  const registry = await aRegistry();
  const train = await aDatasetVersion(registry, { labels: gloves });
  const id = await anExperiment(
    registry,
    { datasets: { train } },
    { type: "LINE", parameters: [{ name: "a", value: 1 }] },
  );
  await succeed(registry, id);
  const version = (await exported(registry, id, await aModel(registry), {})).modelVersion.id;
  for (const gone of [deleteVersion, purgeVersion]) await registry.ask(gone, { id: version });
  for (const [table] of snapshot)
    expect(
      await registry.db.query(`select from ${table} where model_version_id = $1`, [uuid(version)]),
    ).toEqual([]);
});
