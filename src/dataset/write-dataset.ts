import type { EntityManager } from "typeorm";
import { once } from "../idempotency-key/idempotency-key.ts";
import { holdModelNames } from "../model/hold-model.ts";
import { differs, expectRevision } from "../revision.ts";
import { rows } from "../rows.ts";
import { type Problems, readDescription, readName } from "../text.ts";
import { notFound, Refusal } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import type { CreateDatasetInput, UpdateDatasetInput } from "./dataset.input.ts";
import { Dataset } from "./dataset.ts";

/** @returns the UUID of the new dataset. @throws Refusal */
export async function createDataset(
  tx: EntityManager,
  viewer: Viewer,
  input: CreateDatasetInput,
  idempotencyKey: string | null,
): Promise<string> {
  const { name, description = null } = readInput(input);
  return once(tx, viewer, { key: idempotencyKey, mutation: "createDataset", input }, async (id) => {
    const { organizationId, userId: createdById } = viewer;
    await tx.insert(Dataset, { id, organizationId, createdById, name: String(name), description });
  });
}

/** @throws Refusal */
export async function updateDataset(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  input: UpdateDatasetInput,
  expectedRevision: number | null,
): Promise<void> {
  const changes = readInput(input);
  if (changes.name !== undefined) await holdModelNames(tx, viewer);
  const dataset = await lockDataset(tx, viewer, uuid, "no key update");
  expectRevision(dataset.revision, expectedRevision);
  if (!differs(dataset, changes)) return;
  const updatedAt = () => "greatest(updated_at, clock_timestamp())";
  await tx.update(Dataset, { id: uuid }, { ...changes, revision: dataset.revision + 1, updatedAt });
}

/** Takes away a dataset, which has no versions by then; the database sees to it. @throws Refusal */
export async function deleteDataset(tx: EntityManager, viewer: Viewer, uuid: string): Promise<void> {
  await lockDataset(tx, viewer, uuid, "update");
  await tx.delete(Dataset, { id: uuid });
}

function readInput({ name, description }: UpdateDatasetInput): Partial<Dataset> {
  const problems: Problems = [];
  const changes: Partial<Dataset> = {};
  if (name !== undefined) changes.name = readName(name, ["input", "name"], problems);
  if (description !== undefined)
    changes.description = readDescription(description, ["input", "description"], problems);
  if (problems.length > 0) throw new Refusal(problems);
  return changes;
}

async function lockDataset(
  tx: EntityManager,
  { organizationId }: Viewer,
  uuid: string,
  strength: "no key update" | "update",
): Promise<Dataset> {
  const tail = `where r.id = $1 and r.organization_id = $2 for ${strength}`;
  const [dataset] = await rows(tx, Dataset, tail, [uuid, organizationId]);
  return dataset ?? notFound("dataset", ["id"]);
}
