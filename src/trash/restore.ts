import type { EntityManager } from "typeorm";
import { refusedAt } from "../database-error.ts";
import { Model } from "../model/model.ts";
import { now } from "../model/update-model.ts";
import { ModelFile } from "../model-file/model-file.ts";
import { editSection } from "../model-version/edit-section.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { differs } from "../revision.ts";
import { rows } from "../rows.ts";
import { readNewName } from "../text.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { lockTrashedFile, lockTrashedModel, lockTrashedVersion } from "./lock-trashed.ts";
import { live, TrashEntry } from "./trash-entry.ts";

/** Takes a file out of the trash, under its name or a new one. @throws Refusal */
export async function restoreModelFile(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  newName: string | null,
): Promise<void> {
  const rename = readNewName(newName);
  const { modelVersionId: versionUuid } = await lockTrashedFile(tx, viewer, uuid);
  const [version] = await rows(tx, ModelVersion, `where r.id = $1 and ${live}`, [versionUuid]);
  if (!version)
    refuse(UserErrorCode.CONFLICT, ["id"], "Its version is in the trash too: restore the version first.");

  await editSection(tx, viewer, { versionUuid, section: "files", expectedRevision: null }, async () => {
    await refusedAt(["name"], tx.update(ModelFile, { id: uuid }, { ...rename, trashEntryId: null }));
    await tx.delete(TrashEntry, { id: uuid });
    return { changed: true };
  });
}

/** Takes a version out of the trash, under its name or a new one. @throws Refusal */
export async function restoreModelVersion(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  newName: string | null,
): Promise<void> {
  const rename = readNewName(newName);
  const version = await lockTrashedVersion(tx, viewer, uuid);
  const [model] = await rows(tx, Model, `where r.id = $1 and ${live}`, [version.modelId]);
  if (!model)
    refuse(UserErrorCode.CONFLICT, ["id"], "Its model is in the trash too: restore the model first.");

  const aboutRevision = version.aboutRevision + (differs(version, rename) ? 1 : 0);
  const changes = { ...rename, aboutRevision, updatedAt: now, trashEntryId: null };
  await tx.update(Model, { id: model.id }, { updatedAt: now });
  await refusedAt(["name"], tx.update(ModelVersion, { id: uuid }, changes));
  await tx.delete(TrashEntry, { id: uuid });
}

/** Takes a model out of the trash, with the versions that were deleted with it and as they were. @throws Refusal */
export async function restoreModel(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  newName: string | null,
): Promise<void> {
  const rename = readNewName(newName);
  const model = await lockTrashedModel(tx, viewer, uuid);

  const revision = model.revision + (differs(model, rename) ? 1 : 0);
  const changes = { ...rename, revision, updatedAt: now, trashEntryId: null };
  await refusedAt(["name"], tx.update(Model, { id: uuid }, changes));
  await tx.update(ModelVersion, { trashEntryId: uuid }, { trashEntryId: null });
  await tx.delete(TrashEntry, { id: uuid });
}
