import { Field, Int, ObjectType } from "type-graphql";
import type { DataSource, EntityManager } from "typeorm";
import { batch } from "../batch.ts";
import { ByteSize } from "../scalars.ts";

@ObjectType({ description: "How much a deletion takes along." })
export class TrashContents {
  @Field(() => Int, { description: "Versions: those of the model, or the version itself." })
  versionCount!: number;

  @Field(() => Int, { description: "Files of these versions." })
  fileCount!: number;

  @Field(() => ByteSize, { description: "The sum of their sizes." })
  fileBytes!: number;
}

/** The contents of entries of the trash. */
export async function readContents(
  db: DataSource | EntityManager,
  entryIds: readonly string[],
): Promise<Map<string, TrashContents>> {
  const found: (TrashContents & { id: string })[] = await db.query(
    `select v.trash_entry_id as id, count(distinct v.id)::int as "versionCount", count(f.id)::int as "fileCount",
            least(coalesce(sum(b.size), 0), ${Number.MAX_SAFE_INTEGER})::bigint as "fileBytes"
     from model_version v left join model_file f on f.model_version_id = v.id
       left join blob b on b.id = f.blob_id
     where v.trash_entry_id = any($1) group by 1`,
    [entryIds],
  );
  return new Map(found.map(({ id, ...contents }) => [id, Object.assign(new TrashContents(), contents)]));
}

export const contentsOf = batch<string, TrashContents>(
  ({ db }, entryIds) => readContents(db, entryIds),
  noContents,
);

export function addContents(one: TrashContents, other: TrashContents): TrashContents {
  return Object.assign(new TrashContents(), {
    versionCount: one.versionCount + other.versionCount,
    fileCount: one.fileCount + other.fileCount,
    fileBytes: Math.min(one.fileBytes + other.fileBytes, Number.MAX_SAFE_INTEGER),
  });
}

/** Those of a model without versions. */
export function noContents(): TrashContents {
  return Object.assign(new TrashContents(), { versionCount: 0, fileCount: 0, fileBytes: 0 });
}
