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

/** A label without its version. */
export type LabelRow = Pick<Label, "index" | "name">;

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

/** The names of a version's labels by index: of these indexes, or of all. */
export async function labelMapOf(
  tx: EntityManager,
  versionId: string,
  indexes: number[] | null,
): Promise<Map<number, string>> {
  const found: LabelRow[] = await tx.query(
    `select index, name from label where model_version_id = $1 ${indexes ? "and index = any($2)" : ""}`,
    indexes ? [versionId, indexes] : [versionId],
  );
  return new Map(found.map(({ index, name }) => [index, name]));
}

export async function insertLabels(tx: EntityManager, versionId: string, labels: LabelRow[]) {
  if (labels.length === 0) return;
  await tx.query(
    "insert into label (model_version_id, index, name) select $1, * from unnest($2::int[], $3::text[])",
    [versionId, labels.map(({ index }) => index), labels.map(({ name }) => name)],
  );
}

export async function renameLabels(tx: EntityManager, versionId: string, labels: LabelRow[]) {
  if (labels.length === 0) return;
  await tx.query(
    `update label set name = renamed.name from unnest($2::int[], $3::text[]) renamed(index, name)
     where label.model_version_id = $1 and label.index = renamed.index`,
    [versionId, labels.map(({ index }) => index), labels.map(({ name }) => name)],
  );
}

export async function deleteLabels(tx: EntityManager, versionId: string, labels: LabelRow[]) {
  if (labels.length === 0) return;
  await tx.query("delete from label where model_version_id = $1 and index = any($2)", [
    versionId,
    labels.map(({ index }) => index),
  ]);
}
