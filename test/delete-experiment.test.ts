import { expect, test } from "@jest/globals";
import { next } from "./support/family.ts";
import { aStoredFile } from "./support/files.ts";
import { sendForm } from "./support/multipart.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aDatasetVersion, aModel, anExperiment, aVersion, uuid, wholeForm } from "./support/seed.ts";

async function remove(registry: Registry, id: string, dryRun = false) {
  const query = `mutation ($id: ID!, $dryRun: Boolean!) {
    deleteExperiment(id: $id, dryRun: $dryRun) {
      experiment { name } contents { metricCount pointCount artifactCount freedBytes } userErrors { code field }
    }
  }`;
  return (await registry.ask(query, { id, dryRun })).deleteExperiment;
}

async function addArtifact(registry: Registry, id: string, bytes: string): Promise<void> {
  const query = `mutation ($id: ID!, $file: Upload!) {
    createArtifact(experimentId: $id, input: { name: "weights", file: $file }) { userErrors { message } }
  }`;
  const fields = {
    operations: { query, variables: { id, file: null } },
    map: { 0: ["variables.file"] },
  };
  const { body } = await sendForm(registry, fields, [{ bytes }]);
  expect(body.data.createArtifact.userErrors).toEqual([]);
}

const log = `mutation ($id: ID!) {
  logMetrics(id: $id, input: { metrics: [{ name: "a", value: 1 }, { name: "a", value: 2 }, { name: "b", value: 1 }] }) {
    userErrors { code }
  }
}`;
const setStatus =
  "mutation ($id: ID!, $status: ExperimentStatus!) { setExperimentStatus(id: $id, status: $status) { userErrors { code } } }";

test("a deletion takes all that is the experiment's own, and tells before how much that is", async () => {
  const registry = await aRegistry();
  const train = await aDatasetVersion(registry, { labels: wholeForm.labels });
  const base = await aVersion(registry, await aModel(registry), wholeForm);
  await aStoredFile(registry, base, Buffer.from("shared"));
  const id = await anExperiment(registry, { base, datasets: { train } }, { name: "e" });
  await addArtifact(registry, id, "its own");
  await registry.ask(log, { id });
  for (const status of ["RUNNING", "FAILED"]) await registry.ask(setStatus, { id, status });
  const contents = { metricCount: 2, pointCount: 3, artifactCount: 2, freedBytes: 7 };
  expect(await remove(registry, id, true)).toEqual({ experiment: { name: "e" }, contents, userErrors: [] });
  expect(await remove(registry, id)).toEqual({ experiment: null, contents, userErrors: [] });
  const gone = { experiment: null, contents: null, userErrors: [{ code: "NOT_FOUND", field: ["id"] }] };
  expect(await remove(registry, id)).toEqual(gone);

  const tables: { name: string }[] = await registry.db.query(
    "select table_name as name from information_schema.columns where column_name = 'experiment_id' and table_name <> 'source_experiment'",
  );
  expect(tables.map(({ name }) => name)).toContain("metric_point");
  for (const { name } of tables)
    expect(await registry.db.query(`select from ${name} where experiment_id = $1`, [uuid(id)])).toEqual([]);
});

test("one that runs is not deleted", async () => {
  const registry = await aRegistry();
  const id = await anExperiment(registry, {}, { name: "e", type: "LINE" });
  await registry.ask(setStatus, { id, status: "RUNNING" });
  const refused = {
    experiment: { name: "e" },
    contents: null,
    userErrors: [{ code: "CONFLICT", field: ["id"] }],
  };
  expect(await remove(registry, id)).toEqual(refused);
});

test("what was exported from it stays whole, and knows what it comes from", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const base = await aVersion(registry, modelId, { ...wholeForm, name: "base" });
  const version = await next(registry, base, modelId, "next");
  const read = `query ($id: ID!) { modelVersion(by: { id: $id }) {
    labels { name } dockerImage { image } ancestors { name }
    sourceExperiment { experimentId experiment { id } parameters { name value } }
  } }`;
  const { modelVersion: before } = await registry.ask(read, { id: version });
  await remove(registry, before.sourceExperiment.experimentId);
  const { modelVersion: after } = await registry.ask(read, { id: version });
  expect(after).toEqual({ ...before, sourceExperiment: { ...before.sourceExperiment, experiment: null } });
  expect(after.ancestors).toEqual([{ name: "base" }]);
});

test("what happens to an experiment while it is deleted has happened before, or is refused", async () => {
  const registry = await aRegistry();
  const exportNew = `mutation ($id: ID!, $name: String!) {
    exportExperiment(id: $id, input: { name: "v", model: { name: $name }, anyStatus: true }) {
      modelVersion { files { totalCount } sourceExperiment { metrics { name } } } userErrors { code field }
    }
  }`;
  const notFound = [{ code: "NOT_FOUND", field: ["id"] }];
  for (let time = 0; time < 15; time += 1) {
    const id = await anExperiment(registry);
    await addArtifact(registry, id, `${time}`);
    await registry.ask(log, { id });
    const [{ exportExperiment: exported }, { logMetrics: logged }, removed] = await Promise.all([
      registry.ask(exportNew, { id, name: `Model of ${time}` }),
      registry.ask(log, { id }),
      remove(registry, id),
    ]);
    expect(removed).toMatchObject({ experiment: null, userErrors: [] });
    expect([[], [{ code: "NOT_FOUND" }], [{ code: "CONFLICT" }]]).toContainEqual(logged.userErrors);
    if (exported.modelVersion === null) expect(exported.userErrors).toEqual(notFound);
    else
      expect(exported.modelVersion).toEqual({
        files: { totalCount: 1 },
        sourceExperiment: { metrics: [{ name: "a" }, { name: "b" }] },
      });
  }
});
