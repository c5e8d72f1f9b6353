import type { EntityManager } from "typeorm";
import type { Viewer } from "../viewer/viewer.ts";
import { lockTrashedModel, lockTrashedVersion } from "./lock-trashed.ts";
import { addContents, noContents, readContents, type TrashContents } from "./trash-contents.ts";

/** The tables that hold what a version is made of; a test compares them with the foreign keys. */
const parts = ["label", "parameter", "docker_image", "model_file", "pending_upload", "source_experiment"];

/** Leaves nothing but a tombstone of a version in the trash. @throws Refusal */
export async function purgeModelVersion(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
): Promise<TrashContents> {
  await lockTrashedVersion(tx, viewer, uuid);
  return purge(tx, uuid, viewer.userId);
}

/** Leaves nothing but tombstones of a model in the trash and of all its versions. @throws Refusal */
export async function purgeModel(tx: EntityManager, viewer: Viewer, uuid: string): Promise<TrashContents> {
  await lockTrashedModel(tx, viewer, uuid);
  return purge(tx, uuid, viewer.userId);
}

/**
 * Purges an entry of the trash, whose model is held alone. The versions of a model that were deleted before it, by
 * themselves, are purged with it: they could never be restored.
 *
 * @param purgedById null when its time is over, and nobody has to do it
 * @returns how much was purged
 */
export async function purge(
  tx: EntityManager,
  entryId: string,
  purgedById: string | null,
): Promise<TrashContents> {
  // First: it is what lets the source experiments go.
  const [entries]: [{ id: string }[], number] = await tx.query(
    `update trash_entry t set purged_at = clock_timestamp(), purged_by_id = $2
     where purged_at is null
       and (id = $1 or id in (select v.trash_entry_id from model_version v where v.model_id = $1))
     returning id`,
    [entryId, purgedById],
  );
  const ids = [entries.map(({ id }) => id)];
  const contents = [...(await readContents(tx, ids.flat())).values()].reduce(addContents, noContents());
  for (const table of parts)
    await tx.query(
      `delete from ${table} where model_version_id in (
         select id from model_version where trash_entry_id = any($1))`,
      ids,
    );
  await tx.query(
    "update model_version set description = null, framework = null where trash_entry_id = any($1)",
    ids,
  );
  await tx.query("update model set description = null where trash_entry_id = any($1)", ids);
  return contents;
}
