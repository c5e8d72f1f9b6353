import type { EntityManager } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { exportArtifacts } from "../artifact/export-artifacts.ts";
import { refusedAt } from "../database-error.ts";
import { DockerImage } from "../docker-image/docker-image.ts";
import { sealVariables } from "../docker-image/environment-variable.ts";
import { lockExperiment } from "../experiment/edit-experiment.ts";
import type { Experiment } from "../experiment/experiment.ts";
import { once } from "../idempotency-key/idempotency-key.ts";
import type { Keyring } from "../keyring.ts";
import { holdModel } from "../model/hold-model.ts";
import { Model } from "../model/model.ts";
import { giveNumber, noNumberYet } from "../model-version/give-number.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { uuidOf } from "../node/id.ts";
import type { Viewer } from "../viewer/viewer.ts";
import {
  type ExportExperimentInput,
  type ReadExport,
  readExport,
  requireExportable,
} from "./export-experiment.input.ts";
import { takeSnapshot } from "./take-snapshot.ts";

/** Everything that a request to export an experiment says. */
export interface ExportExperimentRequest {
  id: string;
  modelId: string | null;
  input: ExportExperimentInput;
  idempotencyKey: string | null;
  /** Encrypts the secrets of a docker image that it brings. */
  keyring: Keyring;
}

/** @returns the UUID of the new version. @throws Refusal */
export async function exportExperiment(
  tx: EntityManager,
  viewer: Viewer,
  { id, modelId, input, idempotencyKey: key, keyring }: ExportExperimentRequest,
): Promise<string> {
  const uuid = uuidOf("Experiment", id, ["id"]);
  const existing = modelId && uuidOf("Model", modelId, ["modelId"]);
  const read = readExport(input, modelId);
  const request = { key, mutation: "exportExperiment", input: [id, modelId, input] };
  return once(tx, viewer, request, async (versionId) => {
    const { organizationId, userId: createdById } = viewer;
    if (existing) await holdModel(tx, organizationId, existing, read.about.name);
    const experiment = await lockExperiment(tx, viewer, uuid);
    requireExportable(experiment, input);
    const model = existing ?? (await insertModel(tx, viewer, read.model));
    const { type, baseModelVersionId } = experiment;
    await tx.insert(ModelVersion, {
      ...{ id: versionId, organizationId, createdById, modelId: model, version: noNumberYet() },
      ...{ ...read.about, type, baseModelVersionId },
      framework: baseModelVersionId ? experiment.framework : (input.framework ?? null),
    });
    await takeParts(tx, versionId, experiment.id);
    await exportArtifacts(tx, viewer, experiment.id, versionId);
    if (read.dockerImage) await insertDockerImage(tx, viewer, versionId, keyring, read.dockerImage);
    await takeSnapshot(tx, versionId, experiment.id);
    await giveNumber(tx, model, versionId);
    await noteExport(tx, experiment);
  });
}

async function insertModel(
  tx: EntityManager,
  { organizationId, userId: createdById }: Viewer,
  model: ReadExport["model"],
): Promise<string> {
  const id = uuidv7();
  const inserted = tx.insert(Model, { id, organizationId, createdById, ...model });
  await refusedAt(["input", "model", "name"], inserted);
  return id;
}

/** Labels, parameters and the docker image of the base; its secrets stay encrypted. */
async function takeParts(tx: EntityManager, versionId: string, experimentId: string): Promise<void> {
  for (const [part, columns] of [
    ["label", "index, name"],
    ["parameter", "name, type, value, position"],
    ["docker_image", "image, tag, digest, flags, environment_variables"],
  ])
    await tx.query(
      `insert into ${part} (model_version_id, ${columns})
       select $1, ${columns} from experiment_${part} where experiment_id = $2`,
      [versionId, experimentId],
    );
}

async function insertDockerImage(
  tx: EntityManager,
  { organizationId }: Viewer,
  modelVersionId: string,
  keyring: Keyring,
  { environmentVariables: drafts, ...image }: NonNullable<ReadExport["dockerImage"]>,
): Promise<void> {
  const environmentVariables = sealVariables(keyring, organizationId, drafts);
  await tx.insert(DockerImage, { modelVersionId, ...image, environmentVariables });
}

/** From now on the experiment stays what the version says of it. */
async function noteExport(tx: EntityManager, { id }: Experiment): Promise<void> {
  await tx.query(
    `update experiment set exported_at = clock_timestamp(), updated_at = greatest(updated_at, clock_timestamp())
     where id = $1 and exported_at is null`,
    [id],
  );
}
