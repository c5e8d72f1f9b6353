import { Field, Float, ObjectType } from "type-graphql";
import { Column, Entity, ForeignKey, PrimaryColumn } from "typeorm";
import { batch } from "../batch.ts";
import { Label } from "../label/label.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { ParameterType } from "../parameter/parameter.ts";
import { rows } from "../rows.ts";
import { JSONValue, WebURL } from "../scalars.ts";

@ObjectType({ description: "A training parameter with the value that was used." })
export class TrainingParameter {
  @Field(() => String, { description: "Its name." })
  name!: string;

  @Field(() => ParameterType, { description: "What the value was to the training script." })
  type!: ParameterType;

  @Field(() => JSONValue, { nullable: true, description: "The value that the version was trained with." })
  value!: unknown;
}

@ObjectType({ description: "A number that the training came to." })
export class Metric {
  @Field(() => String, { description: "Its name, such as `mAP50`." })
  name!: string;

  @Field(() => Float, { description: "Its value at the end of the training." })
  value!: number;
}

@ObjectType({ description: "A version of a dataset that the training used." })
export class SourceDatasetVersion {
  @Field(() => String, { description: "What it was to the experiment, such as `train`." })
  alias!: string;

  @Field(() => String, { description: "The name of the dataset." })
  dataset!: string;

  @Field(() => String, { description: "The name of its version." })
  version!: string;

  @Field(() => WebURL, { nullable: true, description: "Where to see it." })
  url!: string | null;

  @Field(() => [Label], { description: "Its label map when the version was exported." })
  labels!: Label[];
}

@ObjectType({
  description:
    "The experiment that a version was exported from, as it was at that moment. Nothing can change it.",
})
@Entity()
export class SourceExperiment {
  @PrimaryColumn("uuid")
  @ForeignKey(() => ModelVersion, { onDelete: "CASCADE" })
  modelVersionId!: string;

  @Field(() => String, { description: "The name of the experiment." })
  @Column("text")
  name!: string;

  @Field(() => WebURL, { nullable: true, description: "Where to see the experiment." })
  @Column("text", { nullable: true })
  url!: string | null;

  @Field(() => [TrainingParameter], { description: "What the version was trained with." })
  @Column("jsonb")
  parameters!: TrainingParameter[];

  @Field(() => [Metric], { description: "What the training came to." })
  @Column("jsonb")
  metrics!: Metric[];

  @Field(() => [SourceDatasetVersion], { description: "The dataset versions that the training used." })
  @Column("jsonb")
  datasetVersions!: SourceDatasetVersion[];
}

/** The source experiment of each version. */
export const sourceExperimentOf = batch<string, SourceExperiment | null>(
  async ({ db }, versionIds) => {
    const found = await rows(db, SourceExperiment, "where r.model_version_id = any($1)", [versionIds]);
    return new Map(found.map((experiment) => [experiment.modelVersionId, experiment]));
  },
  () => null,
);
