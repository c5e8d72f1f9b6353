import { Field, Int, ObjectType } from "type-graphql";
import { Check, Column, Entity, type EntityManager, ForeignKey, PrimaryColumn } from "typeorm";
import { batch, groupBy } from "../batch.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { columnsOf } from "../rows.ts";

@ObjectType({
  description: "One class that a version can detect. All labels of a version are its label map.",
})
@Entity()
@Check("label_name_trimmed", "name = btrim(name) and name <> ''")
export class Label {
  @PrimaryColumn("uuid")
  @ForeignKey(() => ModelVersion, { onDelete: "CASCADE" })
  modelVersionId!: string;

  @Field(() => Int, { description: "Unique in the version; what the model puts out for this class." })
  @PrimaryColumn("int")
  index!: number;

  @Field(() => String, { description: "What people call the class. Names may repeat." })
  @Column("text")
  name!: string;
}

/** The labels of each version in the order of their indexes: all of them, or the first `first`. */
export const labelsOf = batch<string, Label[], number | null>(
  async ({ db }, versionIds, first) => {
    const found: Label[] = await db.query(
      `select l.* from unnest($1::uuid[]) v(id) cross join lateral (
         select ${columnsOf(db, Label)} from label r where r.model_version_id = v.id order by r.index limit $2
       ) l order by l."modelVersionId", l.index`,
      [versionIds, first],
    );
    return groupBy(found, (label) => label.modelVersionId);
  },
  () => [],
);

export async function insertLabels(
  tx: EntityManager,
  versionId: string,
  labels: Pick<Label, "index" | "name">[],
) {
  if (labels.length === 0) return;
  await tx.query(
    "insert into label (model_version_id, index, name) select $1, * from unnest($2::int[], $3::text[])",
    [versionId, labels.map(({ index }) => index), labels.map(({ name }) => name)],
  );
}
