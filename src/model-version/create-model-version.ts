import type { EntityManager } from "typeorm";
import { onConstraint } from "../database-error.ts";
import { readDockerImage } from "../docker-image/docker-image.input.ts";
import { DockerImage } from "../docker-image/docker-image.ts";
import { sealVariables } from "../docker-image/environment-variable.ts";
import { once } from "../idempotency-key/idempotency-key.ts";
import type { Keyring } from "../keyring.ts";
import { readLabels } from "../label/label.input.ts";
import type { LabelRow } from "../label/label.ts";
import { limits } from "../limits.ts";
import { holdModel } from "../model/hold-model.ts";
import { uuidOf } from "../node/id.ts";
import { readParameters } from "../parameter/parameter.input.ts";
import type { ParameterRow } from "../parameter/parameter.ts";
import { columnsOf, toRow } from "../rows.ts";
import { type Problems, readDescription, readName } from "../text.ts";
import { send } from "../transaction.ts";
import { notFound, Refusal, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { countUp, giveNumber, noNumberYet } from "./give-number.ts";
import type { CreateModelVersionInput } from "./model-version.input.ts";
import { ModelVersion } from "./model-version.ts";

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
    const numbered = !dockerImage && labels.length <= limits.labelsAfterNumber;
    await holdModel(tx, organizationId, modelUuid, about.name);
    const version = { id, modelId: modelUuid, ...about };
    ({ answer: row } = await insertVersion(tx, viewer, { version, labels, parameters, numbered }));
    if (numbered) return;
    if (dockerImage) {
      const environmentVariables = sealVariables(keyring, organizationId, dockerImage.environmentVariables);
      await tx.insert(DockerImage, { modelVersionId: id, ...dockerImage, environmentVariables });
    }
    ({ answer: row } = await giveNumber(tx, modelUuid, id));
  });
  return { uuid, ...(row && { row }) };
}

interface NewVersion {
  version: About & Pick<ModelVersion, "id" | "modelId">;
  labels: LabelRow[];
  parameters: ParameterRow[];
  /** Whether it gets its number at once, and not at the end: then the model's row is locked while its parts are written. */
  numbered: boolean;
}

/**
 * One statement for all of it: foreign keys are checked, and labels counted, when it has ended. Lists stand in sub-selects,
 * so that PostgreSQL keeps its plan.
 *
 * @returns the version as it is then, if it has a number.
 */
async function insertVersion(
  tx: EntityManager,
  { organizationId, userId }: Viewer,
  { version, labels, parameters, numbered }: NewVersion,
): Promise<{ answer: Promise<ModelVersion> }> {
  const { id, modelId, name, description, type, framework } = version;
  return send(
    tx,
    `with numbered as (${countUp} and r.organization_id = $3 and $16 returning last_version),
     version as (
       insert into model_version as r
         (id, organization_id, model_id, created_by_id, version, name, description, type, framework)
       values ($2, $3, $1, $4, coalesce((select last_version from numbered), $5), $6, $7, $8, $9)
       returning ${columnsOf(tx, ModelVersion)}
     ), labels as (
       insert into label (model_version_id, index, name) select $2, * from unnest((select $10::int[]), (select $11::text[]))
     ), parameters as (
       insert into parameter (model_version_id, name, type, value, position)
       select $2, *
       from unnest((select $12::text[]), (select $13::text[]), (select $14::json[]), (select $15::int[]))
     )
     select * from version`,
    [
      ...[modelId, id, organizationId, userId, noNumberYet(), name, description, type, framework],
      ...[labels.map(({ index }) => index), labels.map((label) => label.name)],
      ...[parameters.map((parameter) => parameter.name), parameters.map((parameter) => parameter.type)],
      ...[parameters.map(({ value }) => JSON.stringify(value)), parameters.map(({ position }) => position)],
      numbered,
    ],
    ([row]: [ModelVersion]) => {
      if (numbered && row.version < 0) notFound("model", ["modelId"]);
      return toRow(ModelVersion, Object.assign(row, { labelCount: labels.length }));
    },
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
