import { batch } from "../batch.ts";
import { read } from "../postgres/read.ts";

/** Where something in the trash was: a version in its model, a file in its version. */
export interface Address {
  versionId: string;
  version: number;
  versionName: string;
  modelName: string;
  /** The UUID of the version's own entry, where a file's version was deleted by itself too. */
  versionEntry: string | null;
  /** The UUID of the model's entry, where that was deleted too. */
  modelEntry: string | null;
}

/** The address of what each entry of the trash is about; null for a model. */
export const addressOf = batch<string, Address | null>(
  async ({ db }, entryIds) => {
    const found = await read<Address & { id: string }>(
      db,
      `select t.id, v.id as "versionId", v.version, v.name as "versionName", m.name as "modelName",
         case when t.id <> v.id and v.trash_entry_id = v.id then v.id end as "versionEntry",
         m.trash_entry_id as "modelEntry"
       from trash_entry t join model_version v on v.id = coalesce(t.model_version_id, t.id)
         join model m on m.id = v.model_id
       where t.id = any($1)`,
      [entryIds],
    );
    return new Map(found.map(({ id, ...address }) => [id, address]));
  },
  () => null,
);
