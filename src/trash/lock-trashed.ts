import type { EntityManager } from "typeorm";
import { holdModelsAlone } from "../model/hold-model.ts";
import { Model } from "../model/model.ts";
import { lockWithModels } from "../model-version/lock-with-models.ts";
import type { ModelVersion } from "../model-version/model-version.ts";
import { rows } from "../rows.ts";
import { notFound, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { TrashEntry } from "./trash-entry.ts";

/** A version that was deleted by itself, alone with its model. @throws Refusal at `id` when there is none in the trash */
export async function lockTrashedVersion(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
): Promise<ModelVersion> {
  const version = await lockWithModels(tx, viewer, uuid);
  await expectInTrash(tx, version, "version");
  return version;
}

/** A model that was deleted, alone. @throws Refusal at `id` when there is none in the trash */
export async function lockTrashedModel(
  tx: EntityManager,
  { organizationId }: Viewer,
  uuid: string,
): Promise<Model> {
  await holdModelsAlone(tx, organizationId, [uuid]);
  const tail = "where r.id = $1 and r.organization_id = $2 for no key update";
  const [model] = await rows(tx, Model, tail, [uuid, organizationId]);
  if (!model) notFound("model", ["id"]);
  await expectInTrash(tx, model, "model");
  return model;
}

async function expectInTrash(
  tx: EntityManager,
  { id, trashEntryId }: Model | ModelVersion,
  noun: string,
): Promise<void> {
  if (trashEntryId === null)
    refuse(UserErrorCode.CONFLICT, ["id"], `Expected a ${noun} in the trash, got a live one.`);
  const [entry] = await rows(tx, TrashEntry, "where r.id = $1 and r.purged_at is null", [trashEntryId]);
  if (!entry) notFound(noun, ["id"]);
  if (entry.id !== id)
    refuse(UserErrorCode.CONFLICT, ["id"], "It was deleted with its model: restore or purge the model.");
}
