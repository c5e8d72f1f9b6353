import { Field, Int, ObjectType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { onConstraint } from "../database-error.ts";
import { Member } from "../member/member.ts";
import { Model } from "../model/model.ts";
import { Node, nodeById } from "../node/node.ts";
import { one, value } from "../read-ahead/look.ts";
import { DateTime } from "../scalars.ts";
import { live, TrashEntry } from "../trash/trash-entry.ts";
import { UserErrorCode } from "../user-error.ts";
import { DetectionType, Framework } from "./enums.ts";

@ObjectType({ implements: Node, description: "One concrete model: a numbered version of a line of work." })
@Entity()
@Unique("model_version_number_taken", ["modelId", "version"])
@Unique("model_version_of_organization", ["organizationId", "id"])
@Index("model_version_name_taken", ["modelId", "name"], { unique: true, where: "trash_entry_id is null" })
@Index("model_version_in_trash", ["trashEntryId"], { where: "trash_entry_id is not null" })
@Index("model_version_by_creation", ["organizationId", "createdAt", "id"], {
  where: "trash_entry_id is null",
})
@Index("model_version_by_update", ["organizationId", "updatedAt", "id"], { where: "trash_entry_id is null" })
@Index("model_version_by_name", ["organizationId", "name", "id"], { where: "trash_entry_id is null" })
@Index("model_version_by_number", ["organizationId", "version", "id"], { where: "trash_entry_id is null" })
@Index("model_version_by_type", ["organizationId", "type", "updatedAt", "id"], {
  where: "trash_entry_id is null",
})
@Index("model_version_by_framework", ["organizationId", "framework", "updatedAt", "id"], {
  where: "trash_entry_id is null",
})
@Index("model_version_by_trainable", ["organizationId", "trainable", "updatedAt", "id"], {
  where: "trash_entry_id is null",
})
@Index("model_version_by_deployable", ["organizationId", "deployable", "updatedAt", "id"], {
  where: "trash_entry_id is null",
})
@Index("model_version_by_author", ["organizationId", "createdById", "updatedAt", "id"], {
  where: "trash_entry_id is null",
})
@Index("model_version_name_search", { synchronize: false })
@Index("model_version_of_base", ["baseModelVersionId"], { where: "base_model_version_id is not null" })
@Check("model_version_updated_after_creation", "updated_at >= created_at")
@Check("model_version_name_trimmed", "name = btrim(name) and name <> ''")
@Check("model_version_number_given", "version <> 0") // negative until the end of its creation; a trigger sees to it
@Check(
  "model_version_type",
  "type in ('CLASSIFICATION', 'OBJECT_DETECTION', 'SEGMENTATION', 'POINT', 'LINE')",
)
@Check("model_version_framework", "framework in ('TENSORFLOW', 'PYTORCH', 'ONNX')")
@ForeignKey(() => Model, ["organizationId", "modelId"], ["organizationId", "id"])
@ForeignKey(() => Member, ["organizationId", "createdById"], ["organizationId", "userId"])
@ForeignKey(() => TrashEntry, ["organizationId", "trashEntryId"], ["organizationId", "id"])
@ForeignKey(() => ModelVersion, ["organizationId", "baseModelVersionId"], ["organizationId", "id"])
export class ModelVersion implements Node {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  organizationId!: string;

  @Column("uuid")
  modelId!: string;

  @Field(() => String, { description: "Unique among the live versions of its model." })
  @Column({ type: "text", collation: "C" })
  name!: string;

  @Field(() => String, { nullable: true, description: "What is special about this version." })
  @Column("text", { nullable: true })
  description!: string | null;

  @Field(() => Int, {
    description: "Its number in its model: 1, 2, 3 …, given by the registry and never given again.",
  })
  @Column("int")
  version!: number;

  @Field(() => DetectionType, { description: "What it finds in an image." })
  @Column("text")
  type!: DetectionType;

  @Field(() => Framework, { nullable: true, description: "What its files are made for." })
  @Column("text", { nullable: true })
  framework!: Framework | null;

  /** Kept by a trigger on `label`. */
  @Field(() => Int, { description: "How many labels its label map has." })
  @Column("int", { default: 0 })
  labelCount!: number;

  /** Kept by a trigger on `docker_image`: what `Readiness` says of training, stored to be filtered by. */
  @Column("boolean", { default: false })
  trainable!: boolean;

  /** Kept by a trigger on `model_file`: what `Readiness` says of deploying, stored to be filtered by. */
  @Column("boolean", { default: false })
  deployable!: boolean;

  @Column("int", { default: 1 })
  aboutRevision!: number;

  @Column("int", { default: 1 })
  labelsRevision!: number;

  @Column("int", { default: 1 })
  parametersRevision!: number;

  @Column("int", { default: 1 })
  dockerImageRevision!: number;

  @Column("int", { default: 1 })
  filesRevision!: number;

  /** What the experiment started from that the version was exported from; it stays when both are purged. */
  @Column("uuid", { nullable: true })
  baseModelVersionId!: string | null;

  @Column("uuid")
  createdById!: string;

  @Field(() => DateTime, { description: "When the version was created." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;

  @Field(() => DateTime, {
    description: "When the version, or anything that it shows, was last changed, or when it was restored.",
  })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  updatedAt!: Date;

  /** By what it was deleted, its model's deletion or its own; null while it is live. Purged, it keeps its name, its number and this. */
  @Column("uuid", { nullable: true })
  trashEntryId!: string | null;
}

/** The condition on a row `r` that the version which it is a part of is live. */
export const inLiveVersion =
  "exists (select from model_version v where v.id = r.model_version_id and v.trash_entry_id is null)";

export const modelVersionById = nodeById(ModelVersion, `r.organization_id = $2 and ${live}`);

/** The version that something refers to; null when it has been deleted. */
export const versionOfPart = one<ModelVersion, "modelVersionId">({
  type: ModelVersion,
  key: { modelVersionId: "uuid" },
  where: ({ modelVersionId }) => `r.id = ${modelVersionId} and ${live}`,
});

/** The newest version of each model: the one with the highest number. */
export const latestVersionOf = one<ModelVersion, "id">({
  type: ModelVersion,
  key: { id: "uuid" },
  where: ({ id }) => `r.model_id = ${id} and ${live}`,
  order: (row) => `${row}.version desc`,
  limit: () => 1,
});

/** How many versions each model has. */
export const versionCountOf = value<number, "id">({
  key: { id: "uuid" },
  sql: ({ id }) => `select count(*)::int from model_version r where r.model_id = ${id} and ${live}`,
  missing: 0,
});

onConstraint(
  "model_version_name_taken",
  UserErrorCode.TAKEN,
  ["input", "name"],
  "Another version of the model has this name already.",
);
