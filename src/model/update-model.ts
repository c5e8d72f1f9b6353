import type { EntityManager } from "typeorm";
import { differs, expectRevision } from "../revision.ts";
import { rows } from "../rows.ts";
import { type Problems, readDescription, readName } from "../text.ts";
import { live } from "../trash/trash-entry.ts";
import { notFound, Refusal } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { holdModelNames } from "./hold-model.ts";
import type { UpdateModelInput } from "./model.input.ts";
import { Model } from "./model.ts";

/** Not before the last change, should the clock of the machine go back. */
export const now = () => "greatest(updated_at, clock_timestamp())";

/** @throws Refusal */
export async function updateModel(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  input: UpdateModelInput,
  expectedRevision: number | null,
): Promise<void> {
  const changes = readInput(input);
  if (changes.name !== undefined) await holdModelNames(tx, viewer);
  const model = await lockModel(tx, viewer, uuid, ["id"]);
  expectRevision(model.revision, expectedRevision);
  if (!differs(model, changes)) return;
  await tx.update(Model, { id: uuid }, { ...changes, revision: model.revision + 1, updatedAt: now });
}

function readInput({ name, description }: UpdateModelInput): Partial<Model> {
  const problems: Problems = [];
  const changes: Partial<Model> = {};
  if (name !== undefined) changes.name = readName(name, ["input", "name"], problems);
  if (description !== undefined)
    changes.description = readDescription(description, ["input", "description"], problems);
  if (problems.length > 0) throw new Refusal(problems);
  return changes;
}

/** The model, which nobody else changes until the transaction ends. @throws Refusal at `field` when there is none */
export async function lockModel(
  tx: EntityManager,
  { organizationId }: Viewer,
  uuid: string,
  field: string[],
): Promise<Model> {
  const tail = `where r.id = $1 and r.organization_id = $2 and ${live} for no key update`;
  const [model] = await rows(tx, Model, tail, [uuid, organizationId]);
  return model ?? notFound("model", field);
}
