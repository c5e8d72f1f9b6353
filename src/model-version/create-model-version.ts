import type { EntityManager } from "typeorm";
import { readDockerImage } from "../docker-image/docker-image.input.ts";
import { DockerImage } from "../docker-image/docker-image.ts";
import { once } from "../idempotency-key/idempotency-key.ts";
import { readLabels } from "../label/label.input.ts";
import { insertLabels } from "../label/label.ts";
import { uuidOf } from "../node/id.ts";
import { readParameters } from "../parameter/parameter.input.ts";
import { insertParameters } from "../parameter/parameter.ts";
import { type Problems, readDescription, readName } from "../text.ts";
import { Refusal, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import type { CreateModelVersionInput } from "./model-version.input.ts";
import { ModelVersion } from "./model-version.ts";

/** Everything that a request to create a version says. */
export interface CreateModelVersionRequest {
  modelId: string;
  input: CreateModelVersionInput;
  idempotencyKey: string | null;
}

/** @returns the UUID of the new version. @throws Refusal */
export async function createModelVersion(
  tx: EntityManager,
  viewer: Viewer,
  { modelId, input, idempotencyKey: key }: CreateModelVersionRequest,
): Promise<string> {
  const modelUuid = uuidOf("Model", modelId, ["modelId"]);
  const { labels, parameters, dockerImage, ...about } = readInput(input);

  return once(tx, viewer, { key, mutation: "createModelVersion", input: [modelId, input] }, async (id) => {
    const version = await nextNumber(tx, viewer, modelUuid);
    const { organizationId, userId: createdById } = viewer;
    await tx.insert(ModelVersion, { id, organizationId, modelId: modelUuid, createdById, version, ...about });
    await insertLabels(tx, id, labels);
    await insertParameters(tx, id, parameters);
    if (dockerImage) await tx.insert(DockerImage, { modelVersionId: id, ...dockerImage });
  });
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

/**
 * Takes the model's next number. The row stays locked until the transaction ends, so that concurrent creations
 * queue up here, and a number whose transaction fails goes to the next.
 */
async function nextNumber(tx: EntityManager, viewer: Viewer, modelUuid: string): Promise<number> {
  const [[taken]]: [{ version: number }[], number] = await tx.query(
    `update model set last_version = last_version + 1, updated_at = greatest(updated_at, clock_timestamp())
     where organization_id = $1 and id = $2 returning last_version as version`,
    [viewer.organizationId, modelUuid],
  );
  if (!taken) refuse(UserErrorCode.NOT_FOUND, ["modelId"], "There is no model with this id.");
  return taken.version;
}
