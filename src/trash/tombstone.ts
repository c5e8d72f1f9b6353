import { Field, Int, ObjectType } from "type-graphql";
import { batch } from "../batch.ts";
import { viewerOf } from "../context.ts";
import { read } from "../postgres/read.ts";
import { toRow } from "../rows.ts";
import { DateTime } from "../scalars.ts";
import { TrashKind } from "./trash-entry.ts";

@ObjectType({
  description:
    "What is left of a model, version or file that was purged, so that what refers to it can be read: its name, the number of a " +
    "version, which is never given again, and who did it.",
})
export class Tombstone {
  @Field(() => TrashKind, { description: "What it was." })
  kind!: TrashKind;

  @Field(() => String, { description: "Its name." })
  name!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The number of a version, or of the version that a file was in; null for a model.",
  })
  version!: number | null;

  @Field(() => String, {
    nullable: true,
    description: "The name of the model of that version; null for a model.",
  })
  modelName!: string | null;

  deletedById!: string;

  @Field(() => DateTime, { description: "When it was deleted." })
  deletedAt!: Date;

  purgedById!: string | null;

  @Field(() => DateTime, { description: "When it was purged." })
  purgedAt!: Date;
}

/** The tombstone of each purged model, version or file, by its UUID. */
export const tombstoneById = batch<string, Tombstone | null>(
  async (context, ids) => {
    const deletion = `t.deleted_by_id as "deletedById", t.deleted_at as "deletedAt",
      t.purged_by_id as "purgedById", t.purged_at as "purgedAt"`;
    const found = await read<Tombstone & { id: string }>(
      context.db,
      `select v.id, 'MODEL_VERSION' as kind, v.name, v.version, m.name as "modelName", ${deletion}
       from model_version v join trash_entry t on t.id = v.trash_entry_id join model m on m.id = v.model_id
       where v.id = any($1) and v.organization_id = $2 and t.purged_at is not null
       union all
       select m.id, 'MODEL', m.name, null, null, ${deletion}
       from model m join trash_entry t on t.id = m.trash_entry_id
       where m.id = any($1) and m.organization_id = $2 and t.purged_at is not null
       union all
       select t.id, t.kind, t.name, v.version, m.name, ${deletion}
       from trash_entry t join model_version v on v.id = t.model_version_id join model m on m.id = v.model_id
       where t.id = any($1) and t.organization_id = $2 and t.purged_at is not null`,
      [ids, viewerOf(context).organizationId],
    );
    return new Map(found.map(({ id, ...tombstone }) => [id, toRow(Tombstone, tombstone)]));
  },
  () => null,
);
