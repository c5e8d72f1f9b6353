import type { Ask } from "./ask.ts";
import type { DemoLabel, DemoParameter } from "./models/model.ts";
import { create, find } from "./registry.ts";

export interface DemoDatasetVersion {
  name: string;
  type: "OBJECT_DETECTION";
  url: string;
  labels: DemoLabel[];
}

export interface DemoExperiment {
  name: string;
  description: string;
  projectName: string;
  url: string;
  parameters: DemoParameter[];
}

/** What a training logs: its value at each step, from 0 on. */
export interface DemoMetric {
  name: string;
  goal: "MAXIMIZE" | "MINIMIZE";
  values: number[];
}

export function findDataset(ask: Ask, name: string): Promise<string | null> {
  return find(ask, "query FindDataset($name: String!) { found: dataset(by: { name: $name }) { id } }", {
    name,
  });
}

export function createDataset(
  ask: Ask,
  input: { name: string; description: string },
): Promise<string | null> {
  const document = `mutation CreateDataset($input: CreateDatasetInput!, $idempotencyKey: String!) {
    created: createDataset(input: $input, idempotencyKey: $idempotencyKey) {
      node: dataset { id } userErrors { ...Errors }
    }
  }`;
  return create(ask, input.name, document, { input });
}

export function findDatasetVersion(ask: Ask, datasetId: string, name: string): Promise<string | null> {
  const document = `query FindDatasetVersion($datasetId: ID!, $name: String!) {
    found: datasetVersion(by: { name: { dataset: { id: $datasetId }, name: $name } }) { id }
  }`;
  return find(ask, document, { datasetId, name });
}

export function createDatasetVersion(
  ask: Ask,
  datasetId: string,
  input: DemoDatasetVersion,
): Promise<string | null> {
  const document = `mutation CreateDatasetVersion($datasetId: ID!, $input: CreateDatasetVersionInput!, $idempotencyKey: String!) {
    created: createDatasetVersion(datasetId: $datasetId, input: $input, idempotencyKey: $idempotencyKey) {
      node: datasetVersion { id } userErrors { ...Errors }
    }
  }`;
  return create(ask, input.name, document, { datasetId, input });
}

export function findExperiment(
  ask: Ask,
  { projectName, name }: Pick<DemoExperiment, "projectName" | "name">,
): Promise<string | null> {
  const document = `query FindExperiment($projectName: String!, $name: String!) {
    found: experiment(by: { name: { projectName: $projectName, name: $name } }) { id }
  }`;
  return find(ask, document, { projectName, name });
}

/** @param datasets the ids of dataset versions by their aliases. */
export function createExperiment(
  ask: Ask,
  baseId: string,
  datasets: { [alias: string]: string },
  input: DemoExperiment,
): Promise<string | null> {
  const document = `mutation CreateExperiment(
    $baseId: ID!, $datasets: [ExperimentDatasetVersionInput!]!, $input: CreateExperimentInput!, $idempotencyKey: String!
  ) {
    created: createExperiment(
      baseModelVersionId: $baseId, datasetVersions: $datasets, input: $input, idempotencyKey: $idempotencyKey
    ) { node: experiment { id } userErrors { ...Errors } }
  }`;
  const used = Object.entries(datasets).map(([alias, datasetVersionId]) => ({ alias, datasetVersionId }));
  return create(ask, input.name, document, { baseId, datasets: used, input });
}

/** Plays the training, or what is left of it: the registry takes a status, and a value at a step, twice. */
export async function train(ask: Ask, id: string, metrics: DemoMetric[]): Promise<void> {
  const { experiment } = await ask<{ experiment: { endedAt: string | null } | null }>(
    "query ReadExperiment($id: ID!) { experiment(by: { id: $id }) { endedAt } }",
    { id },
  );
  if (experiment?.endedAt) return;
  const points = metrics.flatMap(({ name, goal, values }) =>
    values.map((value, step) => ({ name, goal, step, value })),
  );
  await ask(
    `mutation Train($id: ID!, $metrics: [MetricInput!]!) {
      running: setExperimentStatus(id: $id, status: RUNNING) { userErrors { message } }
      logMetrics(id: $id, input: { metrics: $metrics }) { userErrors { message } }
      success: setExperimentStatus(id: $id, status: SUCCESS) { userErrors { message } }
    }`,
    { id, metrics: points },
  );
}

export function exportExperiment(
  ask: Ask,
  id: string,
  modelId: string,
  input: { name: string; description: string },
): Promise<string | null> {
  const document = `mutation ExportExperiment($id: ID!, $modelId: ID!, $input: ExportExperimentInput!, $idempotencyKey: String!) {
    created: exportExperiment(id: $id, modelId: $modelId, input: $input, idempotencyKey: $idempotencyKey) {
      node: modelVersion { id } userErrors { ...Errors }
    }
  }`;
  return create(ask, input.name, document, { id, modelId, input });
}
