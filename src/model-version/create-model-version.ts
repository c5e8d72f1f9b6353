import type { EntityManager } from "typeorm";
import { onConstraint } from "../database-error.ts";
import { readDockerImage } from "../docker-image/docker-image.input.ts";
import { DockerImage } from "../docker-image/docker-image.ts";
import { sealVariables } from "../docker-image/environment-variable.ts";
import { once } from "../idempotency-key/idempotency-key.ts";
import type { Keyring } from "../keyring.ts";
import { readLabels } from "../label/label.input.ts";
import type { LabelRow } from "../label/label.ts";
import { holdModel } from "../model/hold-model.ts";
import { uuidOf } from "../node/id.ts";
import { readParameters } from "../parameter/parameter.input.ts";
import type { ParameterRow } from "../parameter/parameter.ts";
import { type Problems, readDescription, readName } from "../text.ts";
import { send } from "../transaction.ts";
import { Refusal, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { giveNumber, noNumberYet } from "./give-number.ts";
import type { CreateModelVersionInput } from "./model-version.input.ts";
import type { ModelVersion } from "./model-version.ts";

/** Everything that a request to create a version says. */
export interface CreateModelVersionRequest {
  modelId: string;
  input: CreateModelVersionInput;
  idempotencyKey: string | null;
  /** Encrypts its secrets. */
  keyring: Keyring;
}

type About = Pick<ModelVersion, "name" | "description" | "type" | "framework">;

/** @returns the UUID of the new version; and the version, when it was created just now. @throws Refusal */
export async function createModelVersion(
  tx: EntityManager,
  viewer: Viewer,
  { modelId, input, idempotencyKey: key, keyring }: CreateModelVersionRequest,
): Promise<{ uuid: string; row?: Promise<ModelVersion> }> {
  const modelUuid = uuidOf("Model", modelId, ["modelId"]);
  const { labels, parameters, dockerImage, ...about } = readInput(input);

  let row: Promise<ModelVersion> | undefined;
  const request = { key, mutation: "createModelVersion", input: [modelId, input] };
  const uuid = await once(tx, viewer, request, async (id) => {
    const { organizationId } = viewer;
    await holdModel(tx, organizationId, modelUuid);
    await insertVersion(tx, viewer, { id, modelId: modelUuid, ...about }, labels, parameters);
    if (dockerImage) {
      const environmentVariables = sealVariables(keyring, organizationId, dockerImage.environmentVariables);
      await tx.insert(DockerImage, { modelVersionId: id, ...dockerImage, environmentVariables });
    }
    ({ answer: row } = await giveNumber(tx, modelUuid, id));
  });
  return { uuid, ...(row && { row }) };
}

/** One statement for all of it: foreign keys are checked, and labels counted, when it has ended. */
async function insertVersion(
  tx: EntityManager,
  { organizationId, userId }: Viewer,
  { id, modelId, name, description, type, framework }: About & Pick<ModelVersion, "id" | "modelId">,
  labels: LabelRow[],
  parameters: ParameterRow[],
): Promise<void> {
  await send(
    tx,
    `with version as (
       insert into model_version
         (id, organization_id, model_id, created_by_id, version, name, description, type, framework)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ), labels as (
       insert into label (model_version_id, index, name) select $1, * from unnest($10::int[], $11::text[])
     )
     insert into parameter (model_version_id, name, type, value, position)
     select $1, * from unnest($12::text[], $13::text[], $14::json[], $15::int[])`,
    [
      ...[id, organizationId, modelId, userId, noNumberYet(), name, description, type, framework],
      ...[labels.map(({ index }) => index), labels.map((label) => label.name)],
      ...[parameters.map((parameter) => parameter.name), parameters.map((parameter) => parameter.type)],
      ...[parameters.map(({ value }) => JSON.stringify(value)), parameters.map(({ position }) => position)],
    ],
  );
}

/** The input as it is stored. @throws Refusal with all that is wrong with it */
function readInput(input: CreateModelVersionInput) {
  const problems: Problems = [];
  const stored = {
    name: readName(input.name, ["input", "name"], problems),
    description: readDescription(input.description, ["input", "description"], problems),
    type: input.type,
    framework: input.framework ?? null,
    labels: readLabels(input.labels ?? [], ["input", "labels"], problems),
    parameters: readParameters(input.parameters ?? [], ["input", "parameters"], problems),
    dockerImage: input.dockerImage
      ? readDockerImage(input.dockerImage, ["input", "dockerImage"], problems)
      : null,
  };
  if (problems.length > 0) throw new Refusal(problems);
  return stored;
}

onConstraint(
  "model_version_organization_id_model_id_fkey",
  UserErrorCode.NOT_FOUND,
  ["modelId"],
  "There is no model with this id.",
);
