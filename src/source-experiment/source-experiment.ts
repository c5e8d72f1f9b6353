import { Field, Float, Int, ObjectType } from "type-graphql";
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { MetricGoal } from "../experiment-metric/metric-goal.ts";
import { type LabelRow, labelLimit } from "../label/label.ts";
import { limits } from "../limits.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { ParameterType } from "../parameter/parameter.ts";
import { many, one } from "../read-ahead/look.ts";
import { JSONValue, WebURL } from "../scalars.ts";

@ObjectType({
  description:
    "The experiment that a version was exported from, as it was at that moment. Nothing can change it.",
})
@Entity()
@Index("source_experiment_of_experiment", ["experimentId"])
export class SourceExperiment {
  @PrimaryColumn("uuid")
  @ForeignKey(() => ModelVersion, { onDelete: "CASCADE" })
  modelVersionId!: string;

  /** Refers to no row: the snapshot stays when the experiment is gone. */
  @Column("uuid")
  experimentId!: string;

  @Field(() => String, { description: "The name of the experiment." })
  @Column("text")
  name!: string;

  @Field(() => String, { nullable: true, description: "The name of its project; null when it had none." })
  @Column("text", { nullable: true })
  projectName!: string | null;

  @Field(() => WebURL, { nullable: true, description: "Where to see the experiment." })
  @Column("text", { nullable: true })
  url!: string | null;
}

@ObjectType({ description: "A training parameter with the value that was used." })
@Entity("source_parameter")
export class TrainingParameter {
  @PrimaryColumn("uuid")
  @ForeignKey(() => SourceExperiment, { onDelete: "CASCADE" })
  modelVersionId!: string;

  @Field(() => String, { description: "Its name." })
  @PrimaryColumn({ type: "text", collation: "C" })
  name!: string;

  @Field(() => ParameterType, { description: "What the value was to the training script." })
  @Column("text")
  type!: ParameterType;

  @Field(() => JSONValue, { nullable: true, description: "The value that the version was trained with." })
  @Column("json")
  value!: unknown;

  @Column("int")
  position!: number;
}

@ObjectType({ description: "A number that the training came to." })
@Entity("source_metric")
export class Metric {
  @PrimaryColumn("uuid")
  @ForeignKey(() => SourceExperiment, { onDelete: "CASCADE" })
  modelVersionId!: string;

  @Field(() => String, { description: "Its name, such as `mAP50`." })
  @PrimaryColumn({ type: "text", collation: "C" })
  name!: string;

  @Field(() => MetricGoal, { description: "Which values are better." })
  @Column("text")
  goal!: MetricGoal;

  @Field(() => Float, { description: "Its value at the end of the training." })
  @Column("float8")
  value!: number;

  @Field(() => Float, { description: "The best value that it had on the way." })
  @Column("float8")
  best!: number;
}

@ObjectType({ description: "A version of a dataset that the training used." })
@Entity()
@Index("source_dataset_version_used", ["datasetVersionId", "modelVersionId"])
export class SourceDatasetVersion {
  @PrimaryColumn("uuid")
  @ForeignKey(() => SourceExperiment, { onDelete: "CASCADE" })
  modelVersionId!: string;

  @Field(() => String, { description: "What it was to the experiment, such as `train`." })
  @PrimaryColumn({ type: "text", collation: "C" })
  alias!: string;

  @Column("int")
  position!: number;

  /** Refers to no row, as `experimentId` does. */
  @Column("uuid")
  datasetVersionId!: string;

  @Field(() => String, { description: "The name of the dataset." })
  @Column("text")
  dataset!: string;

  @Field(() => String, { description: "The name of its version." })
  @Column("text")
  version!: string;

  @Field(() => WebURL, { nullable: true, description: "Where to see it." })
  @Column("text", { nullable: true })
  url!: string | null;

  @Field(() => Int, { description: "How many labels its label map had." })
  @Column("int")
  labelCount!: number;
}

/** One label of a dataset version as it was; clients see a `Label`. */
@Entity()
@ForeignKey(() => SourceDatasetVersion, ["modelVersionId", "alias"], ["modelVersionId", "alias"], {
  onDelete: "CASCADE",
})
export class SourceLabel {
  @PrimaryColumn("uuid")
  modelVersionId!: string;

  @PrimaryColumn({ type: "text", collation: "C" })
  alias!: string;

  @PrimaryColumn("int")
  index!: number;

  @Column("text")
  name!: string;
}

/** The source experiment of each version. */
export const sourceExperimentOf = one<SourceExperiment, "id">({
  type: SourceExperiment,
  key: { id: "uuid" },
  where: ({ id }) => `r.model_version_id = ${id}`,
});

const key = { modelVersionId: "uuid" } as const;

export const trainingParametersOf = many<TrainingParameter, "modelVersionId">({
  type: TrainingParameter,
  key,
  where: ({ modelVersionId }) => `r.model_version_id = ${modelVersionId}`,
  order: (row) => `${row}.position`,
});

export const sourceMetricsOf = many<Metric, "modelVersionId">({
  type: Metric,
  key,
  where: ({ modelVersionId }) => `r.model_version_id = ${modelVersionId}`,
  order: (row) => `${row}.name`,
});

export const sourceDatasetVersionsOf = many<SourceDatasetVersion, "modelVersionId">({
  type: SourceDatasetVersion,
  key,
  where: ({ modelVersionId }) => `r.model_version_id = ${modelVersionId}`,
  order: (row) => `${row}.position`,
  atMost: limits.datasetVersions,
});

/** The labels of each dataset version, in the order of their indexes: all of them, or the first `first`. */
export const sourceLabelsOf = many<LabelRow, "modelVersionId" | "alias", number | null>({
  type: SourceLabel,
  key: { modelVersionId: "uuid", alias: "text" },
  where: ({ modelVersionId, alias }) => `(r.model_version_id, r.alias) = (${modelVersionId}, ${alias})`,
  order: (row) => `${row}.index`,
  limit: labelLimit,
});
