import { writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { artifactsOf, beginArtifact, createArtifact } from "./support/artifacts.ts";
import { until } from "./support/embedded-cluster.ts";
import { aStoredFile, diskPathOf } from "./support/files.ts";
import { waiters } from "./support/locks.ts";
import { complete, readBytes, sendParts } from "./support/parts.ts";
import { aRegistry } from "./support/registry.ts";
import { aDatasetVersion, aModel, anExperiment, aVersion, createExperiment } from "./support/seed.ts";
import { deleteModel, deleteVersion } from "./support/settings.ts";

const times = Array.from({ length: 15 }, (_, index) => index);
const codes = (payload: { userErrors: { code: string }[] }) => payload.userErrors.map(({ code }) => code);

test("of the deletion of a dataset version and an experiment that begins to use it one is refused", async () => {
  const registry = await aRegistry();
  const remove = "mutation ($id: ID!) { deleteDatasetVersion(id: $id) { userErrors { code } } }";
  for (const _time of times) {
    const id = await aDatasetVersion(registry);
    const [created, deleted] = await Promise.all([
      createExperiment(registry, { datasets: { train: id } }, { type: "LINE" }),
      registry.ask(remove, { id }),
    ]);
    const outcome = [codes(created), codes(deleted.deleteDatasetVersion)];
    expect([
      [["NOT_FOUND"], []],
      [[], ["CONFLICT"]],
    ]).toContainEqual(outcome);
  }
});

test("an experiment begins with a base before it is deleted, or not at all", async () => {
  const registry = await aRegistry();
  const model = await aModel(registry);
  for (const _time of times) {
    const base = await aVersion(registry, model);
    const [created, deleted] = await Promise.all([
      createExperiment(registry, { base }),
      registry.ask(deleteVersion, { id: base }),
    ]);
    expect(codes(deleted.deleteModelVersion)).toEqual([]);
    expect([[], ["NOT_FOUND"]]).toContainEqual(codes(created));
  }
});

test("what is logged while an experiment ends is there, or is refused", async () => {
  const registry = await aRegistry();
  const log =
    'mutation ($id: ID!) { logMetrics(id: $id, input: { metrics: [{ name: "a", value: 1 }] }) { userErrors { code } } }';
  const cancel =
    "mutation ($id: ID!) { setExperimentStatus(id: $id, status: CANCELED) { userErrors { code } } }";
  const query = "query ($id: ID!) { experiment(by: { id: $id }) { status metrics { pointCount } } }";
  for (const _time of times) {
    const id = await anExperiment(registry);
    const [one, ended, two] = await Promise.all([log, cancel, log].map((each) => registry.ask(each, { id })));
    expect(codes(ended.setExperimentStatus)).toEqual([]);
    const logged = [one, two].filter(({ logMetrics }) => codes(logMetrics).length === 0).length;
    const metrics = logged > 0 ? [{ pointCount: logged }] : [];
    expect((await registry.ask(query, { id })).experiment).toEqual({ status: "CANCELED", metrics });
  }
});

test("an export into a model that is deleted goes with it, or is refused", async () => {
  const registry = await aRegistry();
  const id = await anExperiment(registry);
  const exportInto = `mutation ($id: ID!, $modelId: ID!) {
    exportExperiment(id: $id, modelId: $modelId, input: { name: "v", anyStatus: true }) { userErrors { code field } }
  }`;
  for (const _time of times) {
    const modelId = await aModel(registry);
    const [exported, deleted] = await Promise.all([
      registry.ask(exportInto, { id, modelId }),
      registry.ask(deleteModel, { id: modelId, cascade: true }),
    ]);
    const refused = codes(exported.exportExperiment).length > 0;
    if (refused)
      expect(exported.exportExperiment.userErrors).toEqual([{ code: "NOT_FOUND", field: ["modelId"] }]);
    expect(deleted.deleteModel.contents.versionCount).toBeLessThanOrEqual(refused ? 0 : 1);
  }
});

const exportNew = `mutation ($id: ID!, $name: String!) {
  exportExperiment(id: $id, input: { name: "v", model: { name: $name }, anyStatus: true }) {
    modelVersion { files { nodes { name } } } userErrors { code field }
  }
}`;

test("an artifact that comes while an experiment is exported is in the version, or is refused", async () => {
  const registry = await aRegistry();
  for (const time of times) {
    const id = await anExperiment(registry);
    const [added, { exportExperiment: exported }] = await Promise.all([
      createArtifact(registry, id, "a"),
      registry.ask(exportNew, { id, name: `Model of ${time}` }),
    ]);
    const there = codes(added).length === 0;
    if (!there) expect(added.userErrors).toMatchObject([{ code: "CONFLICT", field: ["experimentId"] }]);
    expect(exported.modelVersion.files.nodes).toEqual(there ? [{ name: "weights" }] : []);
    expect(await artifactsOf(registry.ask, id, "name")).toEqual(exported.modelVersion.files.nodes);
  }
});

test("of an upload that is completed and an export of its experiment one is refused, and the export tells", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const exportInto = `mutation ($id: ID!, $modelId: ID!, $name: String!) {
    exportExperiment(id: $id, modelId: $modelId, input: { name: $name, anyStatus: true }) {
      warnings { code } userErrors { code }
    }
  }`;
  for (const time of times) {
    const id = await anExperiment(registry);
    const { pendingUpload } = await beginArtifact(registry.ask, id, { size: 1 });
    const parts = await sendParts(registry.ask, pendingUpload, Buffer.from("a"), [1]);
    const [completed, { exportExperiment: exported }] = await Promise.all([
      complete(registry.ask, pendingUpload.id, parts),
      registry.ask(exportInto, { id, modelId, name: `v${time}` }),
    ]);
    const warnings = exported.warnings.map(({ code }: { code: string }) => code);
    expect([
      [[], ["CONFLICT"], []], // the bytes have not been read yet
      [["CONFLICT"], [], ["UPLOAD_UNDER_WAY"]],
    ]).toContainEqual([codes(completed), codes(exported), warnings]);
  }
});

test("a dataset version that is edited in the middle of an export is in the snapshot as it was before", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const before = { version: "before", labelCount: 1, labels: [{ index: 0, name: "helmet" }] };
  const train = await aDatasetVersion(registry, { name: "before", labels: before.labels });
  const id = await anExperiment(registry, { datasets: { train } }, { type: "LINE" });
  const other = registry.db.createQueryRunner();
  await other.startTransaction();
  await other.query("lock table source_label in share mode"); // it writes the labels last
  const exporting = registry.ask(
    `mutation ($id: ID!, $modelId: ID!) {
      exportExperiment(id: $id, modelId: $modelId, input: { name: "v", anyStatus: true }) {
        modelVersion { sourceExperiment { datasetVersions { version labelCount labels { index name } } } }
      }
    }`,
    { id, modelId },
  );
  await until(async () => (await waiters(registry.db, "source_label")) === 1);
  let edited = false;
  const editing = registry
    .ask(
      `mutation ($id: ID!) {
        updateDatasetVersion(id: $id, input: { name: "after", labels: [] }, expectedRevision: 1) { userErrors { code } }
      }`,
      { id: train },
    )
    .finally(() => {
      edited = true;
    });
  await until(async () => edited || (await waiters(registry.db)) === 2);
  await other.commitTransaction();
  await other.release();
  const { modelVersion } = (await exporting).exportExperiment;
  expect(modelVersion.sourceExperiment.datasetVersions).toEqual([before]);
  expect(codes((await editing).updateDatasetVersion)).toEqual([]);
});

test("bytes are judged while experiments begin with them, add the same, and are exported, and nobody waits for ever", async () => {
  const registry = await aRegistry();
  const base = await aVersion(registry, await aModel(registry));
  const file = await aStoredFile(registry, base, Buffer.from("shared"), { name: "weights" });
  const path = await diskPathOf(registry, file);
  const verify = "mutation ($id: ID!) { verifyModelFile(id: $id) { userErrors { code } } }";
  const training = async (name: string) => {
    const id = await anExperiment(registry, { base });
    await createArtifact(registry, id, "shared", { name: "again" });
    const { exportExperiment } = await registry.ask(exportNew, { id, name });
    // Of what is damaged at the moment nothing is exported.
    if (codes(exportExperiment).length > 0) expect(codes(exportExperiment)).toContain("CONFLICT");
  };
  for (const time of times) {
    writeFileSync(path, time % 2 === 0 ? "damaged" : "shared");
    await registry.ask(verify, { id: file });
    await Promise.all([readBytes(registry), training(`a ${time}`), training(`b ${time}`)]);
  }
});
