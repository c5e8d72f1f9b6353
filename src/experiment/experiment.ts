import { Field, Int, ObjectType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { onConstraint } from "../database-error.ts";
import { Member } from "../member/member.ts";
import { DetectionType, Framework } from "../model-version/enums.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { Node, nodeById } from "../node/node.ts";
import { Organization } from "../organization/organization.ts";
import { one } from "../read-ahead/look.ts";
import { DateTime, WebURL } from "../scalars.ts";
import { UserErrorCode } from "../user-error.ts";
import { ExperimentStatus } from "./experiment-status.ts";

@ObjectType({
  implements: Node,
  description:
    "A training: what it started from, which data it used, what it was set to, and what it came to. What it inherits from " +
    "its base it takes when it is created: later changes of the base do not reach it.",
})
@Entity()
@Unique("experiment_of_organization", ["organizationId", "id"])
@Index("experiment_name_taken", ["organizationId", "projectName", "name"], {
  unique: true,
  where: "project_name is not null",
})
@Index("experiment_name_taken_outside_projects", ["organizationId", "name"], {
  unique: true,
  where: "project_name is null",
})
@Index("experiment_by_creation", ["organizationId", "createdAt", "id"])
@Index("experiment_by_update", ["organizationId", "updatedAt", "id"])
@Index("experiment_by_name", ["organizationId", "name", "id"])
@Index("experiment_by_status", ["organizationId", "status", "updatedAt", "id"])
@Index("experiment_by_type", ["organizationId", "type", "updatedAt", "id"])
@Index("experiment_by_author", ["organizationId", "createdById", "updatedAt", "id"])
@Index("experiment_name_search", { synchronize: false })
@Index("experiment_project_name_search", { synchronize: false })
@Index("experiment_of_base", ["baseModelVersionId", "createdAt", "id"], {
  where: "base_model_version_id is not null",
})
@Check("experiment_updated_after_creation", "updated_at >= created_at")
@Check("experiment_name_trimmed", "name = btrim(name) and name <> ''")
@Check("experiment_project_name_trimmed", "project_name = btrim(project_name) and project_name <> ''")
@Check("experiment_type", "type in ('CLASSIFICATION', 'OBJECT_DETECTION', 'SEGMENTATION', 'POINT', 'LINE')")
@Check("experiment_framework", "framework in ('TENSORFLOW', 'PYTORCH', 'ONNX')")
@Check("experiment_status", "status in ('WAITING', 'RUNNING', 'SUCCESS', 'FAILED', 'CANCELED', 'TERMINATED')")
@Check("experiment_started", "(status = 'WAITING') <= (started_at is null)")
@Check("experiment_ended", "(status in ('WAITING', 'RUNNING')) = (ended_at is null)")
@Check(
  "experiment_base_whole",
  "num_nulls(base_model_version_id, base_model_name, base_name, base_version) in (0, 4)",
)
@ForeignKey(() => ModelVersion, ["organizationId", "baseModelVersionId"], ["organizationId", "id"])
@ForeignKey(() => Member, ["organizationId", "createdById"], ["organizationId", "userId"])
export class Experiment implements Node {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  @ForeignKey(() => Organization)
  organizationId!: string;

  @Field(() => String, {
    description: "Unique among the experiments of its project, or among those without one.",
  })
  @Column({ type: "text", collation: "C" })
  name!: string;

  @Field(() => String, { nullable: true, description: "What is tried, and what was learned." })
  @Column("text", { nullable: true })
  description!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The project that it belongs to; null when it has none.",
  })
  @Column({ type: "text", collation: "C", nullable: true })
  projectName!: string | null;

  @Field(() => WebURL, { nullable: true, description: "Where to see it." })
  @Column("text", { nullable: true })
  url!: string | null;

  @Field(() => DetectionType, { description: "What it learns to find in an image." })
  @Column("text")
  type!: DetectionType;

  @Field(() => Framework, {
    nullable: true,
    description:
      "The framework of its base, as it was at the creation; null when that had none, and without a base.",
  })
  @Column("text", { nullable: true })
  framework!: Framework | null;

  @Field(() => ExperimentStatus, { description: "How far it is." })
  @Column("text", { default: ExperimentStatus.WAITING })
  status!: ExperimentStatus;

  /** Its row stays when the version is purged; the names beside it are those of the creation. */
  @Column("uuid", { nullable: true })
  baseModelVersionId!: string | null;

  @Column("text", { nullable: true })
  baseModelName!: string | null;

  @Column("text", { nullable: true })
  baseName!: string | null;

  @Column("int", { nullable: true })
  baseVersion!: number | null;

  /** Kept by a trigger on `experiment_label`. */
  @Field(() => Int, { description: "How many labels its label map has." })
  @Column("int", { default: 0 })
  labelCount!: number;

  @Column("int", { default: 1 })
  aboutRevision!: number;

  @Column("int", { default: 1 })
  labelsRevision!: number;

  @Column("int", { default: 1 })
  parametersRevision!: number;

  @Column("uuid")
  createdById!: string;

  @Field(() => DateTime, { description: "When the experiment was created." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;

  @Field(() => DateTime, {
    description: "When the experiment, or anything that it shows, was last changed: metrics count too.",
  })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  updatedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: "When it began to run; null when it never has." })
  @Column({ type: "timestamptz", precision: 3, nullable: true })
  startedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: "When it ended; null when it has not." })
  @Column({ type: "timestamptz", precision: 3, nullable: true })
  endedAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      "When it was first exported as a version; null when it never was. From then on its parameters, metrics, label map " +
      "and artifacts stay as they are.",
  })
  @Column({ type: "timestamptz", precision: 3, nullable: true })
  exportedAt!: Date | null;
}

export const experimentById = nodeById(Experiment);

/** The experiment that something of its organization came from; null when it is gone. */
export const experimentOfSource = one<Experiment, "experimentId">({
  type: Experiment,
  key: { experimentId: "uuid" },
  where: ({ experimentId }) => `r.id = ${experimentId}`,
});

for (const constraint of ["experiment_name_taken", "experiment_name_taken_outside_projects"])
  onConstraint(
    constraint,
    UserErrorCode.TAKEN,
    ["input", "name"],
    "Another experiment of the project has this name already.",
  );
