import { type EntityManager, IsNull } from "typeorm";
import { holdModelsAlone } from "../model/hold-model.ts";
import { Model } from "../model/model.ts";
import { lockModel, now } from "../model/update-model.ts";
import { editModelFile, moveToTrash } from "../model-file/edit-model-file.ts";
import { lockWithModels } from "../model-version/lock-with-models.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { notFound, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { keepPromises, openEntry } from "./open-entry.ts";
import { contentsOfAll, type TrashContents } from "./trash-contents.ts";
import { live, TrashKind } from "./trash-entry.ts";

/** Puts a file into the trash. @throws Refusal */
export async function deleteModelFile(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  trashDays: number,
): Promise<TrashContents> {
  await editModelFile(tx, viewer, uuid, (file) => moveToTrash(tx, viewer, file, trashDays));
  return contentsOfAll(tx, [uuid]);
}

/** Puts a version into the trash. @throws Refusal */
export async function deleteModelVersion(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  trashDays: number,
): Promise<TrashContents> {
  const { name, modelId, trashEntryId } = await lockWithModels(tx, viewer, uuid);
  if (trashEntryId !== null) notFound("version", ["id"]);
  await openEntry(tx, viewer, { id: uuid, kind: TrashKind.MODEL_VERSION, name }, trashDays);
  await keepPromises(tx, uuid);
  await tx.update(Model, { id: modelId }, { updatedAt: now });
  await tx.update(ModelVersion, { id: uuid }, { trashEntryId: uuid });
  return contentsOfAll(tx, [uuid]);
}

/** Puts a model into the trash; with `cascade`, its versions with it. @throws Refusal */
export async function deleteModel(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  { cascade, trashDays }: { cascade: boolean; trashDays: number },
): Promise<TrashContents> {
  await holdModelsAlone(tx, viewer.organizationId, [uuid]);
  const { name } = await lockModel(tx, viewer, uuid, ["id"]);
  // All are locked before the first one gives its name away: whoever renames another one must not wait for that name.
  const versions: { id: string }[] = await tx.query(
    `select id from model_version r where model_id = $1 and ${live} order by id for no key update`,
    [uuid],
  );
  if (versions.length > 0 && !cascade) {
    const message = `Expected a model without versions, got one with ${versions.length}; with cascade they are deleted too.`;
    refuse(UserErrorCode.CONFLICT, ["cascade"], message);
  }
  await openEntry(tx, viewer, { id: uuid, kind: TrashKind.MODEL, name }, trashDays);
  await keepPromises(tx, uuid);
  await tx.update(ModelVersion, { modelId: uuid, trashEntryId: IsNull() }, { trashEntryId: uuid });
  await tx.update(Model, { id: uuid }, { trashEntryId: uuid });
  return contentsOfAll(tx, [uuid]);
}
