import { Field, Float, Int, ObjectType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { onConstraint } from "../database-error.ts";
import { Experiment } from "../experiment/experiment.ts";
import { limits } from "../limits.ts";
import { DateTime } from "../scalars.ts";
import { UserErrorCode } from "../user-error.ts";
import { MetricGoal } from "./metric-goal.ts";

@ObjectType({
  description:
    "A number that a training follows, step by step. What is not a finite number is not logged: JSON has no word for it.",
})
@Entity()
@Check("experiment_metric_name_trimmed", "name = btrim(name) and name <> ''")
@Check("experiment_metric_goal", "goal in ('MAXIMIZE', 'MINIMIZE')")
@Check("experiment_metric_full", `point_count between 0 and ${limits.metricPoints}`)
export class ExperimentMetric {
  @PrimaryColumn("uuid")
  @ForeignKey(() => Experiment, { onDelete: "CASCADE" })
  experimentId!: string;

  @Field(() => String, { description: "Its name, such as `val/mAP50`; unique in the experiment." })
  @PrimaryColumn({ type: "text", collation: "C" })
  name!: string;

  @Field(() => MetricGoal, { description: "Which values are better." })
  @Column("text")
  goal!: MetricGoal;

  /** Kept by a trigger on `metric_point`. */
  @Field(() => Int, { description: "How many steps have a value." })
  @Column("int", { default: 0 })
  pointCount!: number;
}

@ObjectType({ description: "The value of a metric at one step." })
@Entity()
@Check("metric_point_step", "step >= 0")
@Check("metric_point_finite", "value not in ('NaN', 'Infinity', '-Infinity')")
@Index("metric_point_by_value", ["experimentId", "name", "value", "step"])
@ForeignKey(() => ExperimentMetric, ["experimentId", "name"], ["experimentId", "name"], {
  onDelete: "CASCADE",
})
export class MetricPoint {
  @PrimaryColumn("uuid")
  experimentId!: string;

  @PrimaryColumn({ type: "text", collation: "C" })
  name!: string;

  @Field(() => Int, { description: "The step, such as an epoch or an iteration." })
  @PrimaryColumn("int")
  step!: number;

  @Field(() => Float, { description: "The value; a finite number." })
  @Column("float8")
  value!: number;

  @Field(() => DateTime, { description: "When it was logged." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  loggedAt!: Date;
}

onConstraint(
  "experiment_metric_full",
  UserErrorCode.INVALID,
  ["input", "metrics"],
  `Expected at most ${limits.metricPoints} steps of one metric, got more.`,
);
