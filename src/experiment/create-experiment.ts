import type { EntityManager } from "typeorm";
import { inheritArtifacts } from "../artifact/inherit-artifacts.ts";
import { once } from "../idempotency-key/idempotency-key.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { uuidOf } from "../node/id.ts";
import { rows } from "../rows.ts";
import { type Problems, readDescription, readName, readUrl } from "../text.ts";
import { live } from "../trash/trash-entry.ts";
import { notFound, Refusal } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import type { CreateExperimentInput, ExperimentDatasetVersionInput } from "./experiment.input.ts";
import { Experiment } from "./experiment.ts";
import { inheritLabelMap } from "./inherit-label-map.ts";
import { inheritParameters } from "./inherit-parameters.ts";
import { chooseType, insertUses, readUses } from "./use-dataset-versions.ts";

/** Everything that a request to create an experiment says. */
export interface CreateExperimentRequest {
  baseModelVersionId: string | null;
  datasetVersions: ExperimentDatasetVersionInput[];
  input: CreateExperimentInput;
  idempotencyKey: string | null;
}

/** @returns the UUID of the new experiment. @throws Refusal */
export async function createExperiment(
  tx: EntityManager,
  viewer: Viewer,
  { baseModelVersionId, datasetVersions, input, idempotencyKey: key }: CreateExperimentRequest,
): Promise<string> {
  const { about, uses } = readInput(input, datasetVersions);
  const baseUuid = baseModelVersionId && uuidOf("ModelVersion", baseModelVersionId, ["baseModelVersionId"]);
  const request = { key, mutation: "createExperiment", input: [baseModelVersionId, datasetVersions, input] };
  return once(tx, viewer, request, async (id) => {
    const { organizationId, userId: createdById } = viewer;
    const base = baseUuid ? await holdBase(tx, viewer, baseUuid) : null;
    const used = await readUses(tx, viewer, uses);
    const type = chooseType(input.type ?? null, used, base);
    const inherited = base ? await frozenBase(tx, base) : {};
    await tx.insert(Experiment, { id, organizationId, createdById, type, ...about, ...inherited });
    await insertUses(tx, viewer, id, used);
    await inheritLabelMap(tx, id, { base, used, alias: input.labelMapFrom ?? null });
    await inheritParameters(tx, id, base, input.parameters ?? []);
    if (base) await inheritDockerImage(tx, id, base);
    if (base) await inheritArtifacts(tx, viewer, id, base.id);
  });
}

/** The input as it is stored. @throws Refusal with all that is wrong with it by itself */
function readInput(input: CreateExperimentInput, datasetVersions: ExperimentDatasetVersionInput[]) {
  const problems: Problems = [];
  const about = {
    name: readName(input.name, ["input", "name"], problems),
    description: readDescription(input.description, ["input", "description"], problems),
    projectName:
      input.projectName == null ? null : readName(input.projectName, ["input", "projectName"], problems),
    url: readUrl(input.url, ["input", "url"], problems),
  };
  const uses = datasetVersions.map(({ alias, datasetVersionId }, index) => ({
    alias: readName(alias, ["datasetVersions", String(index), "alias"], problems),
    uuid: uuidOf("DatasetVersion", datasetVersionId, ["datasetVersions", String(index), "datasetVersionId"]),
  }));
  if (problems.length > 0) throw new Refusal(problems);
  return { about, uses };
}

/** The base, of which nobody changes anything until all of it has been taken over. */
async function holdBase(tx: EntityManager, { organizationId }: Viewer, uuid: string): Promise<ModelVersion> {
  const tail = `where r.id = $1 and r.organization_id = $2 and ${live} for share`;
  const [base] = await rows(tx, ModelVersion, tail, [uuid, organizationId]);
  return base ?? notFound("version", ["baseModelVersionId"]);
}

async function frozenBase(tx: EntityManager, base: ModelVersion) {
  const [model]: { name: string }[] = await tx.query("select name from model where id = $1", [base.modelId]);
  return {
    baseModelVersionId: base.id,
    baseModelName: model?.name ?? "",
    baseName: base.name,
    baseVersion: base.version,
    framework: base.framework,
  };
}

/** Its secrets stay encrypted: they belong to the organization, under their names. */
async function inheritDockerImage(tx: EntityManager, id: string, base: ModelVersion): Promise<void> {
  await tx.query(
    `insert into experiment_docker_image (experiment_id, image, tag, digest, flags, environment_variables)
     select $1, image, tag, digest, flags, environment_variables from docker_image where model_version_id = $2`,
    [id, base.id],
  );
}
