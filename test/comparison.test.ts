import { expect, test } from "@jest/globals";
import { Keyring, newSecretKey, parseSecretKeys } from "../src/keyring.ts";
import { Role } from "../src/member/role.ts";
import { toGlobalId } from "../src/node/id.ts";
import { next } from "./support/family.ts";
import { aStoredFile } from "./support/files.ts";
import { aMember, aRegistry, type Registry, statementsOf } from "./support/registry.ts";
import { aDatasetVersion, aFile, aModel, anExperiment, aVersion, uuid, wholeForm } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { copyFile, deleteFile, deleteVersion } from "./support/settings.ts";
import { aServer } from "./support/test-server.ts";

const counts = "addedCount removedCount changedCount";
const texts = "name { a b } description { a b } framework { a b } type { a b }";
const parameter = `${counts} differences { name a { type value } b { type value } }`;
const variable = "{ value secret visibility }";
const sections = {
  about: `about { ${texts} }`,
  labels: `labels { ${counts} differences { index a b } }`,
  parameters: `parameters { ${parameter} }`,
  trainingParameters: `trainingParameters { ${parameter} }`,
  metrics: `metrics { ${counts} differences { name a { value best } b { value best } difference } }`,
  datasetVersions: `datasetVersions {
    ${counts} differences { alias a { version labels { name } } b { version labels { name } } labelMapDiffers }
  }`,
  dockerImage: `dockerImage {
    image { a b } tag { a b } digest { a b } flags { a b }
    environmentVariables { name a ${variable} b ${variable} certain }
  }`,
  files: `files { ${counts} differences { a { name sha256 } b { name sha256 } sameBytes } }`,
};
const everySection = Object.values(sections).join(" ");
const read = (fields: string) =>
  `query ($a: ID!, $b: ID!) { compareModelVersions(a: $a, b: $b) { ${fields} } }`;

async function compare(registry: Pick<Registry, "ask">, a: string, b: string, fields = everySection) {
  return (await registry.ask(read(fields), { a, b })).compareModelVersions;
}

const same = { addedCount: 0, removedCount: 0, changedCount: 0, differences: [] };

test("a version does not differ from itself", async () => {
  const registry = await aRegistry();
  const id = await aVersion(registry, await aModel(registry), wholeForm);
  await aFile(registry, id);
  expect(await compare(registry, id, id)).toEqual({
    about: { name: null, description: null, framework: null, type: null },
    ...{ labels: same, parameters: same, trainingParameters: same, metrics: same, datasetVersions: same },
    dockerImage: { image: null, tag: null, digest: null, flags: null, environmentVariables: [] },
    files: same,
  });
});

test("what was made by hand is compared section by section", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const a = await aVersion(registry, modelId, { ...wholeForm, name: "one" });
  const b = await aVersion(registry, modelId, {
    ...{ name: "two", type: "LINE", framework: null, description: wholeForm.description },
    labels: [
      { index: 0, name: "helmet" },
      { index: 1, name: "hi-vis vest" },
      { index: 7, name: "gloves" },
    ],
    parameters: [
      { name: "lr0", value: 0.01 },
      { name: "epochs", value: 100, type: "FLOAT" },
      { name: "seed", value: null },
    ],
    dockerImage: {
      image: "docker.io/acme/yolox:1.3.0",
      flags: ["--ipc=host", "--gpus=all"],
      environmentVariables: [{ name: "DEBUG", value: "1" }],
    },
  });
  const shown = (value: string) => ({ value, secret: false, visibility: "SHOWN" });
  const none = { addedCount: 0, removedCount: 0, changedCount: 0 };
  expect(await compare(registry, a, b)).toEqual({
    about: {
      ...{ name: { a: "one", b: "two" }, description: null },
      ...{ framework: { a: "PYTORCH", b: null }, type: { a: "OBJECT_DETECTION", b: "LINE" } },
    },
    labels: {
      ...{ addedCount: 1, removedCount: 1, changedCount: 1 },
      differences: [
        { index: 1, a: "vest", b: "hi-vis vest" },
        { index: 2, a: "person", b: null },
        { index: 7, a: null, b: "gloves" },
      ],
    },
    parameters: {
      ...{ ...none, addedCount: 1, changedCount: 1 },
      differences: [
        { name: "epochs", a: { type: "INTEGER", value: 100 }, b: { type: "FLOAT", value: 100 } },
        { name: "seed", a: null, b: { type: "JSON", value: null } },
      ],
    },
    ...{ trainingParameters: same, metrics: same, datasetVersions: same, files: same },
    dockerImage: {
      ...{ image: null, tag: { a: "1.2.0", b: "1.3.0" }, digest: null },
      flags: { a: ["--gpus=all"], b: ["--ipc=host", "--gpus=all"] },
      environmentVariables: [
        { name: "DEBUG", a: null, b: shown("1"), certain: true },
        { name: "WANDB_MODE", a: shown("offline"), b: null, certain: true },
      ],
    },
  });
});

test("files are compared by name and bytes; of bytes that the registry has not read nobody can tell", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const [a, b] = [await aVersion(registry, modelId), await aVersion(registry, modelId)];
  const put = (version: string, name: string, bytes: string) =>
    aStoredFile(registry, version, Buffer.from(bytes), { name });
  for (const [name, inA, inB] of [
    ["config", "same", "same"],
    ["weights", "first", "second"],
    ["checkpoint", "read", "not read"],
  ] as const)
    for (const [version, bytes] of [
      [a, inA],
      [b, inB],
    ] as const)
      await put(version, name, bytes);
  const old = await put(a, "old name", "kept");
  await registry.ask(copyFile, { id: old, modelVersionId: b, input: { name: "new name" } });
  await put(b, "more", "more");
  await registry.ask(deleteFile, { id: await put(b, "deleted", "deleted") });
  await registry.db.query(
    "update blob set state = 'CORRUPT' where id = (select blob_id from model_file where model_version_id = $1 and name = 'checkpoint')",
    [uuid(b)],
  );
  const { files } = await compare(
    registry,
    a,
    b,
    "files { addedCount removedCount changedCount differences { a { name } b { name } sameBytes } }",
  );
  expect(files).toEqual({
    ...{ addedCount: 1, removedCount: 0, changedCount: 3 },
    differences: [
      { a: { name: "checkpoint" }, b: { name: "checkpoint" }, sameBytes: null },
      { a: null, b: { name: "more" }, sameBytes: null },
      { a: { name: "old name" }, b: { name: "new name" }, sameBytes: true },
      { a: { name: "weights" }, b: { name: "weights" }, sameBytes: false },
    ],
  });
});

test("what versions were trained with is compared as it was then", async () => {
  const registry = await aRegistry();
  const helmet = [{ index: 0, name: "helmet" }];
  const train = await aDatasetVersion(registry, { name: "t", labels: helmet });
  const val = await aDatasetVersion(registry, { name: "v", labels: helmet });
  const other = await aDatasetVersion(registry, { name: "o", labels: helmet });
  const modelId = await aModel(registry);
  const trained = async (name: string, datasets: { [alias: string]: string }, lr: number, value: number) => {
    const input = { type: "LINE", parameters: [{ name: "lr", value: lr }] };
    const id = await anExperiment(registry, { datasets }, input);
    const { exportExperiment } = await registry.ask(
      `mutation ($id: ID!, $modelId: ID!, $name: String!, $value: Float!) {
        logMetrics(id: $id, input: { metrics: [{ name: "mAP", value: $value }, { name: "loss", value: 1 }] }) { userErrors { code } }
        exportExperiment(id: $id, modelId: $modelId, input: { name: $name, anyStatus: true }) { modelVersion { id } }
      }`,
      { id, modelId, name, value },
    );
    return exportExperiment.modelVersion.id;
  };
  const a = await trained("a", { train, val, test: val }, 0.1, 0.5);
  await registry.ask(
    `mutation ($id: ID!) {
      updateDatasetVersion(id: $id, input: { labels: [{ index: 0, name: "hardhat" }] }, expectedRevision: 1) { userErrors { code } }
    }`,
    { id: train },
  );
  const b = await trained("b", { train, val, test: other }, 0.2, 0.75);
  const number = (value: number) => ({ type: "FLOAT", value });
  const of = (version: string, name: string) => ({ version, labels: [{ name }] });
  const { trainingParameters, metrics, datasetVersions } = await compare(registry, a, b);
  expect(trainingParameters.differences).toEqual([{ name: "lr", a: number(0.1), b: number(0.2) }]);
  expect(metrics.differences).toEqual([
    { name: "mAP", a: { value: 0.5, best: 0.5 }, b: { value: 0.75, best: 0.75 }, difference: 0.25 },
  ]);
  expect(datasetVersions.differences).toEqual([
    { alias: "test", a: of("v", "helmet"), b: of("o", "helmet"), labelMapDiffers: false },
    { alias: "train", a: of("t", "helmet"), b: of("t", "hardhat"), labelMapDiffers: true },
  ]);

  const byHand = await compare(registry, await aVersion(registry, modelId), b);
  expect([
    byHand.trainingParameters.addedCount,
    byHand.metrics.addedCount,
    byHand.datasetVersions.addedCount,
  ]).toEqual([1, 2, 3]);
  expect(byHand.metrics.differences[0]).toEqual({
    name: "loss",
    a: null,
    b: { value: 1, best: 1 },
    difference: null,
  });
});

test("of a secret nobody is told more than that it differs, or that nobody can tell", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const withVariables = (...environmentVariables: object[]) =>
    aVersion(registry, modelId, { dockerImage: { image: "acme/a", environmentVariables } });
  const secret = (name: string, value: string) => ({ name, value, secret: true });
  const a = await withVariables(secret("CHANGED", "one"), secret("KEPT", "same"), secret("SHOWN", "1"));
  const b = await withVariables(secret("CHANGED", "two"), secret("KEPT", "same"), {
    name: "SHOWN",
    value: "1",
  });
  const masked = { value: null, secret: true, visibility: "MASKED" };
  const changed = (name: string, certain: boolean) => ({ name, a: masked, b: masked, certain });
  const shown = {
    ...{ name: "SHOWN", a: masked, certain: true },
    b: { value: "1", secret: false, visibility: "SHOWN" },
  };
  const { token } = await aMember(registry.db, registry.organizationId, { role: Role.VIEWER });
  const variablesSeen = async (url: string, as: string, to: string) => {
    const answer = await sender(url, as)(read(sections.dockerImage), { a, b: to });
    return answer.body.data.compareModelVersions.dockerImage.environmentVariables;
  };
  for (const as of [registry.token, token])
    expect(await variablesSeen(registry.url, as, b)).toEqual([changed("CHANGED", true), shown]);

  const inherited = await next(registry, a, modelId, "inherited");
  const keyless = new Keyring(parseSecretKeys(newSecretKey()) ?? []);
  const url = `${(await aServer(registry.db, {}, keyless)).address}/graphql`;
  expect(await variablesSeen(url, registry.token, b)).toEqual([
    changed("CHANGED", false),
    changed("KEPT", false),
    shown,
  ]);
  expect(await variablesSeen(url, registry.token, inherited)).toEqual([]);
});

test("what is not there, is deleted or is another's is compared with nothing", async () => {
  const registry = await aRegistry();
  const other = await aRegistry();
  const modelId = await aModel(registry);
  const id = await aVersion(registry, modelId);
  const deleted = await aVersion(registry, modelId);
  await registry.ask(deleteVersion, { id: deleted });
  const foreign = await aVersion(other, await aModel(other));
  for (const missing of [
    deleted,
    foreign,
    toGlobalId("ModelVersion", "01890000-0000-7000-8000-000000000000"),
  ]) {
    expect(await compare(registry, id, missing)).toBeNull();
    expect(await compare(registry, missing, id)).toBeNull();
  }
  const { body } = await registry.send(read(sections.about), { a: id, b: modelId });
  expect(body.errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
});

test("each section is read by one statement for both versions, or two where its parts are elsewhere", async () => {
  const registry = await aRegistry();
  const train = await aDatasetVersion(registry, { labels: [{ index: 0, name: "helmet" }] });
  const modelId = await aModel(registry);
  const a = await aVersion(registry, modelId, wholeForm);
  for (let file = 0; file < 5; file += 1) await aFile(registry, a);
  const id = await anExperiment(registry, { base: a, datasets: { train } }, {});
  const { exportExperiment } = await registry.ask(
    `mutation ($id: ID!, $modelId: ID!) {
      exportExperiment(id: $id, modelId: $modelId, input: { name: "b", anyStatus: true }) { modelVersion { id } }
    }`,
    { id, modelId },
  );
  const b = exportExperiment.modelVersion.id;
  const sent = async (fields: string) => (await statementsOf(() => compare(registry, a, b, fields))).length;
  const versions = 1;
  expect(await sent("a { name } b { name }")).toBe(versions);
  expect(await sent(sections.about)).toBe(versions);
  for (const one of ["labels", "parameters", "trainingParameters", "metrics", "dockerImage"] as const)
    expect([one, await sent(sections[one])]).toEqual([one, versions + 1]);
  expect(await sent(sections.files)).toBe(versions + 2);
  expect(await sent("datasetVersions { addedCount }")).toBe(versions + 2);
  expect(await sent(everySection)).toBe(versions + 9 + 1); // the labels of a dataset version, which are asked for beside
});

test("the largest label maps are compared in one request: all differences are counted, and a thousand shown", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const map = (name: string) =>
    Array.from({ length: 25_000 }, (_, index) => ({ index, name: `${name} ${index}` }));
  const [a, b] = [
    await aVersion(registry, modelId, { labels: map("one") }),
    await aVersion(registry, modelId, { labels: map("other").slice(1) }),
  ];
  const { labels } = await compare(registry, a, b, sections.labels);
  expect(labels).toMatchObject({ addedCount: 0, removedCount: 1, changedCount: 24_999 });
  expect(labels.differences).toHaveLength(1_000);
  expect(labels.differences[0]).toEqual({ index: 0, a: "one 0", b: null });
});
