import type { EntityManager } from "typeorm";
import { refusedAt } from "../database-error.ts";
import { once } from "../idempotency-key/idempotency-key.ts";
import { type LabelInput, readLabels } from "../label/label.input.ts";
import { writeLabels } from "../label/label.ts";
import { replaceLabels } from "../label/update-label-map.ts";
import { holdModelNames } from "../model/hold-model.ts";
import { uuidOf } from "../node/id.ts";
import { differs, expectRevision, requireRevision } from "../revision.ts";
import { rows } from "../rows.ts";
import { type Problems, readName, readUrl } from "../text.ts";
import { notFound, Refusal } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { datasetLabels } from "./dataset-label.ts";
import type { CreateDatasetVersionInput, UpdateDatasetVersionInput } from "./dataset-version.input.ts";
import { DatasetVersion } from "./dataset-version.ts";

/** @returns the UUID of the new version. @throws Refusal */
export async function createDatasetVersion(
  tx: EntityManager,
  viewer: Viewer,
  {
    datasetId,
    input,
    idempotencyKey: key,
  }: { datasetId: string; input: CreateDatasetVersionInput; idempotencyKey: string | null },
): Promise<string> {
  const dataset = uuidOf("Dataset", datasetId, ["datasetId"]);
  const problems: Problems = [];
  const { changes, labels } = readInput(input, problems);
  if (problems.length > 0) throw new Refusal(problems);
  const request = { key, mutation: "createDatasetVersion", input: [datasetId, input] };
  return once(tx, viewer, request, async (id) => {
    const { organizationId, userId: createdById } = viewer;
    await holdDataset(tx, viewer, dataset);
    const whole = { name: input.name, type: null, url: null, ...changes };
    await tx.insert(DatasetVersion, { id, organizationId, datasetId: dataset, createdById, ...whole });
    await writeLabels(tx, datasetLabels, id, labels ?? []);
  });
}

/** @throws Refusal */
export async function updateDatasetVersion(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  input: UpdateDatasetVersionInput,
  expectedRevision: number | null,
): Promise<void> {
  const problems: Problems = [];
  if (input.labels !== undefined) requireRevision(expectedRevision, problems);
  const { changes, labels } = readInput(input, problems);
  if (problems.length > 0) throw new Refusal(problems);
  if (changes.name !== undefined) await holdModelNames(tx, viewer);
  const version = await lockDatasetVersion(tx, viewer, uuid, "no key update");
  expectRevision(version.revision, expectedRevision);
  const relabelled = labels ? (await replaceLabels(tx, datasetLabels, version, labels)).changed : false;
  if (!relabelled && !differs(version, changes)) return;
  const updatedAt = () => "greatest(updated_at, clock_timestamp())";
  await tx.update(DatasetVersion, { id: uuid }, { ...changes, revision: version.revision + 1, updatedAt });
}

/** Takes away a version that no experiment uses by then; the database sees to it. @throws Refusal */
export async function deleteDatasetVersion(tx: EntityManager, viewer: Viewer, uuid: string): Promise<void> {
  await lockDatasetVersion(tx, viewer, uuid, "update");
  await refusedAt(["id"], tx.delete(DatasetVersion, { id: uuid }));
}

/** The changes that an input makes to the row, and the label map that it gives, if it says anything of it. */
function readInput({ name, type, url, labels }: UpdateDatasetVersionInput, problems: Problems) {
  const changes: Partial<DatasetVersion> = {};
  if (name !== undefined) changes.name = readName(name, ["input", "name"], problems);
  if (type !== undefined) changes.type = type;
  if (url !== undefined) changes.url = readUrl(url, ["input", "url"], problems);
  const map: LabelInput[] | undefined =
    labels === undefined ? undefined : readLabels(labels ?? [], ["input", "labels"], problems);
  return { changes, labels: map };
}

/** The dataset stays until the transaction ends. @throws Refusal at `datasetId` when there is none */
async function holdDataset(tx: EntityManager, { organizationId }: Viewer, uuid: string): Promise<void> {
  const [dataset] = await tx.query(
    "select from dataset where id = $1 and organization_id = $2 for key share",
    [uuid, organizationId],
  );
  if (!dataset) notFound("dataset", ["datasetId"]);
}

async function lockDatasetVersion(
  tx: EntityManager,
  { organizationId }: Viewer,
  uuid: string,
  strength: "no key update" | "update",
): Promise<DatasetVersion> {
  const tail = `where r.id = $1 and r.organization_id = $2 for ${strength}`;
  const [version] = await rows(tx, DatasetVersion, tail, [uuid, organizationId]);
  return version ?? notFound("dataset version", ["id"]);
}
