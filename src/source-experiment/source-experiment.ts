import { Field, Float, Int, ObjectType } from "type-graphql";
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { batch, groupBy } from "../batch.ts";
import { MetricGoal } from "../experiment-metric/metric-goal.ts";
import type { LabelRow } from "../label/label.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { ParameterType } from "../parameter/parameter.ts";
import { columnsOf, toRow } from "../rows.ts";
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

  @Field(() => [TrainingParameter], { description: "What the version was trained with." })
  parameters!: TrainingParameter[];

  @Field(() => [Metric], { description: "What the training came to, by name." })
  metrics!: Metric[];

  @Field(() => [SourceDatasetVersion], { description: "The dataset versions that the training used." })
  datasetVersions!: SourceDatasetVersion[];
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

/** The source experiment of each version with its parts, but for the labels: one statement. */
export const sourceExperimentOf = batch<string, SourceExperiment | null>(
  async ({ db }, versionIds) => {
    const list = (columns: string, table: string, order: string) =>
      `coalesce((select json_agg(json_build_object(${columns}) order by c.${order}) from ${table} c
        where c.model_version_id = r.model_version_id), '[]')`;
    const found: SourceExperiment[] = await db.query(
      `select ${columnsOf(db, SourceExperiment)},
         ${list("'name', name, 'type', type, 'value', value", "source_parameter", "position")} as parameters,
         ${list("'name', name, 'goal', goal, 'value', value, 'best', best", "source_metric", "name")} as metrics,
         ${list(
           `'modelVersionId', model_version_id, 'alias', alias, 'datasetVersionId', dataset_version_id, 'dataset', dataset,
            'version', version, 'url', url, 'labelCount', label_count`,
           "source_dataset_version",
           "position",
         )} as "datasetVersions"
       from source_experiment r where r.model_version_id = any($1)`,
      [versionIds],
    );
    return new Map(found.map((source) => [source.modelVersionId, toRow(SourceExperiment, source)]));
  },
  () => null,
);

/** What the labels of a dataset version are looked up by: the version that was exported, and the alias. */
export function sourceLabelsKey({ modelVersionId, alias }: SourceDatasetVersion): string {
  return `${modelVersionId} ${alias}`;
}

/** The labels of each, in the order of their indexes: all of them, or the first `first`. */
export const sourceLabelsOf = batch<string, LabelRow[], number | null>(
  async ({ db }, keys, first) => {
    const found: (LabelRow & { key: string })[] = await db.query(
      `select u.id || ' ' || u.alias as key, l.* from unnest($1::uuid[], $2::text[]) u(id, alias) cross join lateral (
         select index, name from source_label s where s.model_version_id = u.id and s.alias = u.alias order by index limit $3
       ) l order by key, l.index`,
      [keys.map((key) => key.slice(0, 36)), keys.map((key) => key.slice(37)), first],
    );
    return groupBy(found, ({ key }) => key);
  },
  () => [],
);
