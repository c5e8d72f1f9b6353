import { Field, Int, ObjectType } from "type-graphql";
import type { DataSource, EntityManager } from "typeorm";
import { batch } from "../batch.ts";
import { read } from "../postgres/read.ts";
import { toRow } from "../rows.ts";
import { ByteSize } from "../scalars.ts";

@ObjectType({ description: "How much a deletion takes along." })
export class TrashContents {
  @Field(() => Int, {
    description:
      "Versions: those of the model, or the version itself; none where a file was deleted by itself.",
  })
  versionCount!: number;

  @Field(() => Int, { description: "Files of these versions, or the file itself." })
  fileCount!: number;

  @Field(() => ByteSize, { description: "The sum of their sizes." })
  fileBytes!: number;

  @Field(() => ByteSize, {
    description:
      "Bytes that the storage has again once all this has been purged: what no other file has too, be it live, in the trash or of an experiment.",
  })
  freedBytes!: number;
}

/** A sum of sizes in SQL, which an answer can hold. */
export const bytes = (sum: string) => `least(coalesce(${sum}, 0), ${Number.MAX_SAFE_INTEGER})::bigint`;

/** Those of each entry by itself. */
export const contentsOf = batch<string, TrashContents>(
  ({ db }, entryIds) => readContents(db, new Map(entryIds.map((id) => [id, [id]]))),
  noContents,
);

/** Those of some entries together. */
export async function contentsOfAll(
  db: DataSource | EntityManager,
  entryIds: readonly string[],
): Promise<TrashContents> {
  return (await readContents(db, new Map([["all", entryIds]]))).get("all") ?? noContents();
}

/** @param groups the UUIDs of entries, by anything that tells the groups apart. */
async function readContents(
  db: DataSource | EntityManager,
  groups: Map<string, readonly string[]>,
): Promise<Map<string, TrashContents>> {
  const pairs = [...groups].flatMap(([group, entries]) => entries.map((entry) => [group, entry]));
  const found = await read<TrashContents & { id: string }>(
    db,
    `with entry as (select * from unnest($1::text[], $2::uuid[]) e(id, entry_id)),
     version as (
       select e.id, v.id as version_id from entry e join model_version v on v.trash_entry_id = e.entry_id
     ),
     file as (
       select v.id, f.blob_id from version v join model_file f on f.model_version_id = v.version_id
       where f.trash_entry_id is null
       union all
       select e.id, f.blob_id from entry e join model_file f on f.trash_entry_id = e.entry_id
     ),
     held as (select id, blob_id, count(*) as files from file group by 1, 2)
     select e.id, (select count(*) from version v where v.id = e.id)::int as "versionCount",
       coalesce(sum(h.files), 0)::int as "fileCount", ${bytes("sum(h.files * b.size)")} as "fileBytes",
       ${bytes("sum(b.size) filter (where h.files = (select count(*) from blob_use u where u.blob_id = b.id))")} as "freedBytes"
     from (select distinct id from entry) e left join held h on h.id = e.id left join blob b on b.id = h.blob_id
     group by e.id`,
    [pairs.map(([group]) => group), pairs.map(([, entry]) => entry)],
  );
  return new Map(found.map(({ id, ...contents }) => [id, toRow(TrashContents, contents)]));
}

function noContents(): TrashContents {
  return toRow(TrashContents, { versionCount: 0, fileCount: 0, fileBytes: 0, freedBytes: 0 });
}
