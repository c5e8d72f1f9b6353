import { Field, Int, ObjectType } from "type-graphql";
import { Check, Column, Entity, type EntityManager, ForeignKey, PrimaryColumn } from "typeorm";
import { ModelVersion } from "../model-version/model-version.ts";
import type { PartTable } from "../part-table.ts";
import { many } from "../read-ahead/look.ts";
import { send } from "../transaction.ts";
import { refuse, UserErrorCode } from "../user-error.ts";

@ObjectType({
  description:
    "One class that a model can detect. All labels of a version, an experiment or a dataset version are its label map.",
})
@Entity()
@Check("label_name_trimmed", "name = btrim(name) and name <> ''")
export class Label {
  @PrimaryColumn("uuid")
  @ForeignKey(() => ModelVersion, { onDelete: "CASCADE" })
  modelVersionId!: string;

  @Field(() => Int, { description: "Unique in its label map; what the model puts out for this class." })
  @PrimaryColumn("int")
  index!: number;

  @Field(() => String, { description: "What people call the class. Names may repeat." })
  @Column("text")
  name!: string;
}

/** A label without its owner. */
export type LabelRow = Pick<Label, "index" | "name">;

/** The labels of versions. */
export const versionLabels: PartTable = { table: "label", owner: "model_version_id" };

/** Declares the look-up of a noun's labels in the order of their indexes: all of them, or the first `first`. */
export function labelsIn({ table, owner }: PartTable) {
  return many<LabelRow, "id", number | null>({
    type: Label,
    key: { id: "uuid" },
    from: () => `select ${owner} as owner_id, index, name from ${table}`,
    columns: { index: "int", name: "text" },
    where: ({ id }) => `r.owner_id = ${id}`,
    order: (row) => `${row}.index`,
    limit: labelLimit,
  });
}

/** @throws Refusal at `first` */
export function labelLimit(first: number | null): number | null {
  if (first !== null && first < 0)
    refuse(UserErrorCode.INVALID, ["first"], `Expected 0 or more, got ${first}.`);
  return first;
}

export const labelsOfVersion = labelsIn(versionLabels);

/** As a sub-select, so that PostgreSQL keeps its plan: one for a list that it knows looks cheaper each time, and costs more. */
const given = "array(select unnest($2::int[]))";

/** The names of an owner's labels by index: of these indexes, or of all. */
export async function labelMapOf(
  tx: EntityManager,
  { table, owner }: PartTable,
  ownerId: string,
  indexes: number[] | null,
): Promise<Map<number, string>> {
  const found: LabelRow[] = await tx.query(
    `select index, name from ${table} where ${owner} = $1 ${indexes ? `and index = any(${given})` : ""}`,
    indexes ? [ownerId, indexes] : [ownerId],
  );
  return new Map(found.map(({ index, name }) => [index, name]));
}

/** Adds labels, and renames those that have one of their indexes. */
export async function writeLabels(
  tx: EntityManager,
  { table, owner }: PartTable,
  ownerId: string,
  labels: LabelRow[],
) {
  if (labels.length === 0) return;
  await send(
    tx,
    `insert into ${table} (${owner}, index, name) select $1, * from unnest((select $2::int[]), (select $3::text[]))
     on conflict (${owner}, index) do update set name = excluded.name`,
    [ownerId, labels.map(({ index }) => index), labels.map(({ name }) => name)],
  );
}

export async function deleteLabels(
  tx: EntityManager,
  { table, owner }: PartTable,
  ownerId: string,
  labels: LabelRow[],
) {
  if (labels.length === 0) return;
  await send(tx, `delete from ${table} where ${owner} = $1 and index = any(${given})`, [
    ownerId,
    labels.map(({ index }) => index),
  ]);
}
