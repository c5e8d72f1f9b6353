import type { EntityManager } from "typeorm";
import type { Viewer } from "../viewer/viewer.ts";
import { TrashEntry } from "./trash-entry.ts";

/** Opens an entry of the trash for what is being deleted: so it can be restored for so many days. */
export async function openEntry(
  tx: EntityManager,
  { organizationId, userId }: Viewer,
  deleted: Pick<TrashEntry, "id" | "kind" | "name"> & Partial<Pick<TrashEntry, "modelVersionId">>,
  trashDays: number,
): Promise<void> {
  const purgeAt = () => `clock_timestamp() + interval '${24 * trashDays} hours'`; // a day of summer time has 24 too
  const entry = { ...deleted, organizationId, deletedById: userId, purgeAt };
  await tx.createQueryBuilder().insert().into(TrashEntry).values(entry).updateEntity(false).execute();
}

/** A select of the entries of what was deleted out of the model or version `$1` before it was, and can still be restored. */
export const entriesWithin = `
  select t.id from trash_entry t join model_version v on v.trash_entry_id = t.id
  where v.model_id = $1 and t.id <> $1 and t.purged_at is null
  union all
  select t.id from trash_entry t join model_version v on v.id = t.model_version_id
  where (v.id = $1 or v.model_id = $1) and t.purged_at is null`;

/** What was deleted before what it is a part of, and can be restored for longer, keeps that as long. */
export async function keepPromises(tx: EntityManager, entryId: string): Promise<void> {
  await tx.query(
    `update trash_entry set purge_at = greatest(purge_at, (
       select max(purge_at) from trash_entry where id in (${entriesWithin})
     )) where id = $1`,
    [entryId],
  );
}
