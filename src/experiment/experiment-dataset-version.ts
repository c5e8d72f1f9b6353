import { Field, ObjectType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { onConstraint } from "../database-error.ts";
import { DatasetVersion } from "../dataset-version/dataset-version.ts";
import { limits } from "../limits.ts";
import { many } from "../read-ahead/look.ts";
import { UserErrorCode } from "../user-error.ts";
import { Experiment } from "./experiment.ts";

@ObjectType({ description: "A version of a dataset as an experiment uses it." })
@Entity()
@Index("experiment_dataset_version_used", ["datasetVersionId", "experimentId"])
@Check("experiment_dataset_version_alias_trimmed", "alias = btrim(alias) and alias <> ''")
@ForeignKey(() => Experiment, ["organizationId", "experimentId"], ["organizationId", "id"], {
  onDelete: "CASCADE",
})
@ForeignKey(() => DatasetVersion, ["organizationId", "datasetVersionId"], ["organizationId", "id"], {
  name: "dataset_version_in_use", // the usual name is too long for PostgreSQL
})
export class ExperimentDatasetVersion {
  @PrimaryColumn("uuid")
  experimentId!: string;

  @Field(() => String, { description: "What it is to the experiment, such as `train`; unique in it." })
  @PrimaryColumn({ type: "text", collation: "C" })
  alias!: string;

  @Column("uuid")
  organizationId!: string;

  @Column("uuid")
  datasetVersionId!: string;

  /** Its place in the list, as the user gave it. */
  @Column("int")
  position!: number;
}

/** The dataset versions of each experiment, in the order given. */
export const usesOf = many<ExperimentDatasetVersion, "id">({
  type: ExperimentDatasetVersion,
  key: { id: "uuid" },
  where: ({ id }) => `r.experiment_id = ${id}`,
  order: (row) => `${row}.position`,
  atMost: limits.datasetVersions,
});

onConstraint(
  "dataset_version_in_use",
  UserErrorCode.CONFLICT,
  ["id"],
  "Expected a version that no experiment uses, got one that some do.",
);
