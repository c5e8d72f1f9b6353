import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median, npmStart } from "./npm-start.ts";

/** Prints how long edits of a map of 21,000 labels take, from request to answer, on a server with a PostgreSQL of its own. */
const size = 21_000;
const runs = 11;

const dataDir = await mkdtemp(join(tmpdir(), "registry-labels-"));
const { send, stop } = await npmStart(dataDir);

const update = `mutation ($id: ID!, $input: UpdateLabelMapInput!, $expectedRevision: Int, $dryRun: Boolean) {
  updateLabelMap(id: $id, input: $input, expectedRevision: $expectedRevision, dryRun: $dryRun) {
    modelVersion { labelCount revisions { labels } } warnings { alias } userErrors { message }
  }
}`;

/** Does one edit after the other, each of them another one, and prints the median of their times. */
async function time(what: string, variables: (run: number) => object): Promise<void> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    const answer = JSON.parse(await send(update, { id, expectedRevision: revision, ...variables(run) }));
    times.push(performance.now() - start);
    const { modelVersion, userErrors } = answer.data.updateLabelMap;
    if (userErrors.length > 0 || modelVersion.labelCount !== size) throw new Error(JSON.stringify(answer));
    revision = modelVersion.revisions.labels;
  }
  console.log(`${what}: ${median(times).toFixed(1)} ms (median of ${runs})`);
}

/** A whole map with names that no run before had, from this index on. */
function labels(run: number, from = 0) {
  return Array.from({ length: size }, (_, index) => ({
    index: from + index,
    name: `class ${index} of run ${run}`,
  }));
}

const model = JSON.parse(
  await send('mutation { createModel(input: { name: "ImageNet" }) { model { id } } }'),
);
const create = `mutation ($id: ID!, $labels: [LabelInput!]!) {
  createModelVersion(modelId: $id, input: { name: "v", type: CLASSIFICATION, labels: $labels }) { modelVersion { id } }
}`;
const created = JSON.parse(await send(create, { id: model.data.createModel.model.id, labels: labels(-1) }));
const { id } = created.data.createModelVersion.modelVersion;
let revision = 1;

await time(`all ${size} labels replaced by others`, (run) => ({
  input: { replace: labels(run, (run % 2) * size) },
}));
await time(`all ${size} labels renamed by a replacement`, (run) => ({
  input: { replace: labels(runs + run) },
}));
await time(`a replacement of ${size} labels that changes one`, (run) => ({
  input: { replace: [{ index: 0, name: `run ${run}` }, ...labels(2 * runs).slice(1)] },
}));
await time("one label renamed", (run) => ({
  input: { operations: [{ modify: { index: 1, newName: `class 1 of run ${run}` } }] },
}));
await time("one label renamed, as a trial", (run) => ({
  input: { operations: [{ modify: { index: 1, newName: `trial ${run}` } }] },
  dryRun: true,
}));
await stop();
await rm(dataDir, { recursive: true });
