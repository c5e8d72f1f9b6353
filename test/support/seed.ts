import { randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { Blob } from "../../src/blob/blob.ts";
import { FileFormat } from "../../src/blob/file-format.ts";
import { ModelFile } from "../../src/model-file/model-file.ts";
import { parseGlobalId } from "../../src/node/id.ts";
import { defaultConnector } from "../../src/storage-connector/storages.ts";
import type { Registry } from "./registry.ts";

let count = 0;

/** Creates a model through the API and gives its id. */
export async function aModel(
  registry: Pick<Registry, "ask">,
  input: { name?: string; description?: string } = {},
): Promise<string> {
  count += 1;
  const { createModel } = await registry.ask(
    "mutation ($input: CreateModelInput!) { createModel(input: $input) { model { id } userErrors { message } } }",
    { input: { name: `Model ${count}`, ...input } },
  );
  if (!createModel.model) throw new Error(JSON.stringify(createModel.userErrors));
  return createModel.model.id;
}

/** Creates a version through the API and gives its id. */
export async function aVersion(
  registry: Pick<Registry, "ask">,
  modelId: string,
  input: object = {},
): Promise<string> {
  count += 1;
  const { createModelVersion } = await registry.ask(
    `mutation ($modelId: ID!, $input: CreateModelVersionInput!) {
      createModelVersion(modelId: $modelId, input: $input) { modelVersion { id } userErrors { message field } }
    }`,
    { modelId, input: { name: `Version ${count}`, type: "OBJECT_DETECTION", ...input } },
  );
  if (!createModelVersion.modelVersion) throw new Error(JSON.stringify(createModelVersion.userErrors));
  return createModelVersion.modelVersion.id;
}

/** Everything that the creation form can hold. */
export const wholeForm = {
  description: "Finds helmets and vests.",
  framework: "PYTORCH",
  labels: [
    { index: 0, name: "helmet" },
    { index: 1, name: "vest" },
    { index: 2, name: "person" },
  ],
  parameters: [
    { name: "epochs", value: 100 },
    { name: "lr0", value: 0.01 },
  ],
  dockerImage: {
    image: "docker.io/acme/yolox:1.2.0",
    flags: ["--gpus=all"],
    environmentVariables: [{ name: "WANDB_MODE", value: "offline" }],
  },
};

/** Creates a dataset through the API and gives its id. */
export async function aDataset(registry: Pick<Registry, "ask">, input: object = {}): Promise<string> {
  count += 1;
  const { createDataset } = await registry.ask(
    "mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { dataset { id } userErrors { message } } }",
    { input: { name: `Dataset ${count}`, ...input } },
  );
  if (!createDataset.dataset) throw new Error(JSON.stringify(createDataset.userErrors));
  return createDataset.dataset.id;
}

/** Creates a version of a dataset through the API, of a new one unless it is said which, and gives its id. */
export async function aDatasetVersion(
  registry: Pick<Registry, "ask">,
  input: object = {},
  datasetId?: string,
): Promise<string> {
  count += 1;
  const { createDatasetVersion } = await registry.ask(
    `mutation ($datasetId: ID!, $input: CreateDatasetVersionInput!) {
      createDatasetVersion(datasetId: $datasetId, input: $input) { datasetVersion { id } userErrors { message } }
    }`,
    { datasetId: datasetId ?? (await aDataset(registry)), input: { name: `Version ${count}`, ...input } },
  );
  if (!createDatasetVersion.datasetVersion) throw new Error(JSON.stringify(createDatasetVersion.userErrors));
  return createDatasetVersion.datasetVersion.id;
}

/** What an experiment starts from, beside its input. */
export interface From {
  base?: string | null;
  datasets?: { [alias: string]: string };
}

/** Creates an experiment through the API and gives the payload, in which `fields` are selected. */
export async function createExperiment(
  registry: Pick<Registry, "ask">,
  { base = null, datasets = {} }: From,
  input: object = {},
  fields = "id",
) {
  count += 1;
  const answer = await registry.ask(
    `mutation ($base: ID, $datasets: [ExperimentDatasetVersionInput!], $input: CreateExperimentInput!) {
      createExperiment(baseModelVersionId: $base, datasetVersions: $datasets, input: $input) {
        experiment { ${fields} } userErrors { code field message }
      }
    }`,
    {
      base,
      datasets: Object.entries(datasets).map(([alias, datasetVersionId]) => ({ alias, datasetVersionId })),
      input: { name: `Experiment ${count}`, ...input },
    },
  );
  return answer.createExperiment;
}

/** The same, when it is not refused: gives its id. */
export async function anExperiment(
  registry: Pick<Registry, "ask">,
  from: From = {},
  input: object = { type: "OBJECT_DETECTION" },
): Promise<string> {
  const { experiment, userErrors } = await createExperiment(registry, from, input);
  if (!experiment) throw new Error(JSON.stringify(userErrors));
  return experiment.id;
}

/** A row of a file, with a blob that has no bytes: for tests that only list files. Others upload one. */
export async function aFile(
  registry: Registry,
  versionId: string,
  { size = 6_000_000, ...file }: Partial<ModelFile> & { size?: number } = {},
): Promise<string> {
  count += 1;
  const { organizationId, db } = registry;
  const [blobId, id] = [uuidv7(), uuidv7()];
  const { id: storageConnectorId } = await defaultConnector(db, organizationId);
  const bytes = { size, sha256: randomBytes(32), format: FileFormat.ONNX };
  await db.manager.insert(Blob, { id: blobId, organizationId, storageConnectorId, state: "READY", ...bytes });
  await db.manager.insert(ModelFile, {
    ...{ id, organizationId, blobId },
    modelVersionId: uuid(versionId),
    createdById: registry.userId,
    name: `file ${count}`,
    filename: "best.onnx",
    ...file,
  });
  return id;
}

/** What the source experiment of a test was trained with, unless it says otherwise. */
interface Trained {
  alias: string;
  dataset: string;
  version: string;
  url: string | null;
  labels: { index: number; name: string }[];
}

const datasetVersions: Trained[] = [
  { alias: "train", dataset: "PPE", version: "2026-01", url: null, labels: [{ index: 0, name: "helmet" }] },
];

/**
 * Writes the source experiment of a version that was made by hand, for tests that only read one; others export. The
 * database takes one only before a version has its number, which nothing takes away from it, but for a moment here.
 */
export async function aSourceExperiment(
  registry: Registry,
  versionId: string,
  datasets: Trained[] = datasetVersions,
): Promise<void> {
  const id = uuid(versionId);
  await registry.db.transaction(async (tx) => {
    await tx.query("alter table model_version disable trigger model_version_keeps_number");
    await tx.query("update model_version set version = -version where id = $1", [id]);
    await tx.query(
      `insert into source_experiment (model_version_id, experiment_id, name, url)
       values ($1, $1, 'ppe-yolox-3', 'https://lab.example.com/experiments/3')`,
      [id],
    );
    await tx.query(
      "insert into source_parameter (model_version_id, name, type, value, position) values ($1, 'epochs', 'INTEGER', '120', 1)",
      [id],
    );
    await tx.query(
      "insert into source_metric (model_version_id, name, goal, value, best) values ($1, 'mAP50', 'MAXIMIZE', 0.81, 0.83)",
      [id],
    );
    for (const [position, { alias, dataset, version, url, labels }] of datasets.entries()) {
      await tx.query(
        `insert into source_dataset_version
           (model_version_id, alias, position, dataset_version_id, dataset, version, url, label_count)
         values ($1, $2, $3, gen_random_uuid(), $4, $5, $6, $7)`,
        [id, alias, position, dataset, version, url, labels.length],
      );
      await tx.query(
        `insert into source_label (model_version_id, alias, index, name)
         select $1, $2, * from unnest($3::int[], $4::text[])`,
        [id, alias, labels.map(({ index }) => index), labels.map(({ name }) => name)],
      );
    }
    await tx.query("update model_version set version = -version where id = $1", [id]);
    await tx.query("set constraints all immediate"); // else the table cannot be altered again
    await tx.query("alter table model_version enable trigger model_version_keeps_number");
  });
}

export function uuid(globalId: string): string {
  const parsed = parseGlobalId(globalId);
  if (!parsed) throw new Error(`${globalId} is no id.`);
  return parsed.uuid;
}
