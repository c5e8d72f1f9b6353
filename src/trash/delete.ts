import { type EntityManager, IsNull } from "typeorm";
import { holdModelsAlone } from "../model/hold-model.ts";
import { Model } from "../model/model.ts";
import { lockModel, now } from "../model/update-model.ts";
import { lockWithModels } from "../model-version/lock-with-models.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { notFound, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { noContents, readContents, type TrashContents } from "./trash-contents.ts";
import { live, TrashEntry, TrashKind } from "./trash-entry.ts";

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
  await tx.update(Model, { id: modelId }, { updatedAt: now });
  await tx.update(ModelVersion, { id: uuid }, { trashEntryId: uuid });
  return contentsIn(tx, uuid);
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
  return contentsIn(tx, uuid);
}

async function openEntry(
  tx: EntityManager,
  { organizationId, userId }: Viewer,
  deleted: Pick<TrashEntry, "id" | "kind" | "name">,
  trashDays: number,
): Promise<void> {
  const purgeAt = () => `clock_timestamp() + interval '${24 * trashDays} hours'`; // a day of summer time has 24 too
  const entry = { ...deleted, organizationId, deletedById: userId, purgeAt };
  await tx.createQueryBuilder().insert().into(TrashEntry).values(entry).updateEntity(false).execute();
}

/** A version that was deleted before its model, and can be restored for longer, keeps the model that long. */
async function keepPromises(tx: EntityManager, modelUuid: string): Promise<void> {
  await tx.query(
    `update trash_entry set purge_at = greatest(purge_at, (
       select max(t.purge_at) from trash_entry t join model_version v on v.trash_entry_id = t.id
       where v.model_id = $1 and t.purged_at is null
     )) where id = $1`,
    [modelUuid],
  );
}

async function contentsIn(tx: EntityManager, entryId: string): Promise<TrashContents> {
  return (await readContents(tx, [entryId])).get(entryId) ?? noContents();
}
