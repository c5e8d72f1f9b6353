import type { EntityManager } from "typeorm";
import { holdModelsAlone } from "../model/hold-model.ts";
import { Model } from "../model/model.ts";
import { ModelFile } from "../model-file/model-file.ts";
import { lockWithModels } from "../model-version/lock-with-models.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { rows } from "../rows.ts";
import { notFound, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { live, TrashEntry } from "./trash-entry.ts";

/** A file that was deleted by itself, with its version locked. @throws Refusal at `id` when there is none in the trash */
export async function lockTrashedFile(
  tx: EntityManager,
  { organizationId }: Viewer,
  uuid: string,
): Promise<ModelFile> {
  await lockVersionsOf(tx, organizationId, uuid);
  const [file] = await rows(tx, ModelFile, "where r.id = $1 and r.organization_id = $2", [
    uuid,
    organizationId,
  ]);
  if (!file) notFound("file", ["id"]);
  if (file.trashEntryId !== null) return file;
  const [version] = await rows(tx, ModelVersion, `where r.id = $1 and ${live}`, [file.modelVersionId]);
  if (version) refuse(UserErrorCode.CONFLICT, ["id"], "Expected a file in the trash, got a live one.");
  refuse(UserErrorCode.CONFLICT, ["id"], "It was deleted with its version: restore or purge that.");
}

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

/** A model that was deleted, alone, with all its versions locked. @throws Refusal at `id` when there is none in the trash */
export async function lockTrashedModel(
  tx: EntityManager,
  { organizationId }: Viewer,
  uuid: string,
): Promise<Model> {
  await holdModelsAlone(tx, organizationId, [uuid]);
  await lockVersionsOf(tx, organizationId, uuid);
  const tail = "where r.id = $1 and r.organization_id = $2 for no key update";
  const [model] = await rows(tx, Model, tail, [uuid, organizationId]);
  if (!model) notFound("model", ["id"]);
  await expectInTrash(tx, model, "model");
  return model;
}

/**
 * Locks the versions that an entry of the trash is about: those of a model, one itself, or that of a file. What happens to
 * their files waits, as it does for an edit of the version.
 */
export async function lockVersionsOf(tx: EntityManager, organizationId: string, uuid: string): Promise<void> {
  await tx.query(
    `select from model_version where organization_id = $2
       and (id = $1 or model_id = $1 or id = (select model_version_id from model_file where id = $1))
     order by id for no key update`,
    [uuid, organizationId],
  );
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
