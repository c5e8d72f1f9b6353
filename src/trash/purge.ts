import type { EntityManager } from "typeorm";
import type { Viewer } from "../viewer/viewer.ts";
import { lockTrashedFile, lockTrashedModel, lockTrashedVersion } from "./lock-trashed.ts";
import { entriesWithin } from "./open-entry.ts";
import { contentsOfAll, type TrashContents } from "./trash-contents.ts";

/** The tables that hold what a version is made of; a test compares them with the foreign keys. */
const parts = ["label", "parameter", "docker_image", "model_file", "pending_upload", "source_experiment"];

/** What came of a purge: the UUIDs of the entries that were purged, and what was in them. */
export interface Purged {
  entries: string[];
  contents: TrashContents;
}

/** Leaves nothing but a tombstone of a file in the trash. @throws Refusal */
export async function purgeModelFile(tx: EntityManager, viewer: Viewer, uuid: string): Promise<Purged> {
  await lockTrashedFile(tx, viewer, uuid);
  return purge(tx, uuid, viewer.userId);
}

/** Leaves nothing but a tombstone of a version in the trash. @throws Refusal */
export async function purgeModelVersion(tx: EntityManager, viewer: Viewer, uuid: string): Promise<Purged> {
  await lockTrashedVersion(tx, viewer, uuid);
  return purge(tx, uuid, viewer.userId);
}

/** Leaves nothing but tombstones of a model in the trash and of all its versions. @throws Refusal */
export async function purgeModel(tx: EntityManager, viewer: Viewer, uuid: string): Promise<Purged> {
  await lockTrashedModel(tx, viewer, uuid);
  return purge(tx, uuid, viewer.userId);
}

/**
 * Purges an entry of the trash, which is locked. What was deleted before it, by itself, out of what it holds is purged with
 * it: it could never be restored.
 *
 * @param purgedById null when its time is over, and nobody has to do it
 */
export async function purge(tx: EntityManager, entryId: string, purgedById: string | null): Promise<Purged> {
  // First: it is what lets the source experiments go.
  const [purged]: [{ id: string }[], number] = await tx.query(
    `update trash_entry set purged_at = clock_timestamp(), purged_by_id = $2
     where purged_at is null and id in (select $1::uuid union all ${entriesWithin}) returning id`,
    [entryId, purgedById],
  );
  const entries = purged.map(({ id }) => id);
  const contents = await contentsOfAll(tx, entries);
  for (const table of parts)
    await tx.query(
      `delete from ${table} where model_version_id in (
         select id from model_version where trash_entry_id = any($1))`,
      [entries],
    );
  await tx.query("delete from model_file where trash_entry_id = any($1)", [entries]);
  await tx.query(
    "update model_version set description = null, framework = null where trash_entry_id = any($1)",
    [entries],
  );
  await tx.query("update model set description = null where trash_entry_id = any($1)", [entries]);
  return { entries, contents };
}
