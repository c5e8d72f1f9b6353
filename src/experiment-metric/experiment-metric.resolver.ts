import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Resolver, Root } from "type-graphql";
import { spend } from "../budget.ts";
import { type Context, viewerOf } from "../context.ts";
import { Experiment, experimentById } from "../experiment/experiment.ts";
import { limits } from "../limits.ts";
import { edit } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { normalizeName } from "../text.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import { ExperimentMetric, MetricPoint } from "./experiment-metric.ts";
import { LogMetricsInput } from "./log-metrics.input.ts";
import { logMetrics } from "./log-metrics.ts";
import { type MetricSummary, metricsOf, type Point, seriesKey, seriesOf } from "./read-metrics.ts";

/** Steps that are read at the cost of one object of an answer. */
const readPerObject = 30;

const LogMetricsPayload = payloadType("logMetrics", {
  experiment: [
    Experiment,
    "The experiment as it is now, also when the values were refused; null when there is none.",
  ],
});

@Resolver(() => Experiment)
export class MetricsOfExperimentResolver {
  @Mutation(() => LogMetricsPayload, {
    description:
      "Adds values to the metrics of an experiment that has neither ended nor been exported; all of them, or none.",
  })
  async logMetrics(
    @Arg("id", () => ID, { description: "The experiment." }) id: string,
    @Arg("input", () => LogMetricsInput, { description: "The values." }) input: LogMetricsInput,
    @Ctx() context: Context,
  ): Promise<Payload<{ experiment: Experiment }>> {
    const { row, userErrors } = await edit(context, {
      type: "Experiment",
      id,
      write: (tx, uuid) => logMetrics(tx, viewerOf(context), uuid, input),
      read: experimentById,
    });
    return { experiment: row, userErrors };
  }

  @FieldResolver(() => [ExperimentMetric], { description: "What the training has come to, by name." })
  async metrics(
    @Root() experiment: Experiment,
    @Arg("names", () => [String], { nullable: true, description: "Only those with one of these names." })
    names: string[] | null,
    @Ctx() context: Context,
  ): Promise<MetricSummary[]> {
    const all = await metricsOf(context, experiment.id);
    const asked = names && new Set(names.map(normalizeName));
    const metrics = asked ? all.filter(({ name }) => asked.has(name)) : all;
    spend(context, metrics.length);
    return metrics;
  }
}

@Resolver(() => ExperimentMetric)
export class SeriesOfMetricResolver {
  @FieldResolver(() => MetricPoint, { description: "The value at the highest step." })
  last(@Root() { last }: MetricSummary): Point {
    return last;
  }

  @FieldResolver(() => MetricPoint, {
    description: "The best value by its `goal`, at the first step that came to it.",
  })
  best(@Root() { best }: MetricSummary): Point {
    return best;
  }

  @FieldResolver(() => [MetricPoint], {
    description:
      "The values step by step. Of a longer series than `maxPoints` some are left out, at even distances; the last is there.",
  })
  async series(
    @Root() metric: MetricSummary,
    @Arg("fromStep", () => Int, {
      defaultValue: 0,
      description: "Only from this step on: for who has read the others already.",
    })
    fromStep: number,
    @Arg("toStep", () => Int, {
      nullable: true,
      description: "Only up to this step: for who reads a long series whole, piece by piece.",
    })
    toStep: number | null,
    @Arg("maxPoints", () => Int, {
      defaultValue: limits.seriesPoints,
      description: `How many at most; 1 to ${limits.seriesPointsAtMost}.`,
    })
    maxPoints: number,
    @Ctx() context: Context,
  ): Promise<Point[]> {
    if (maxPoints < 1 || maxPoints > limits.seriesPointsAtMost) {
      const message = `Expected 1 to ${limits.seriesPointsAtMost}, got ${maxPoints}.`;
      refuse(UserErrorCode.INVALID, ["maxPoints"], message);
    }
    const last = Math.min(metric.last.step, toStep ?? metric.last.step);
    const atMost = Math.max(0, Math.min(metric.pointCount, last - fromStep + 1));
    // A long series costs more to read than to show.
    spend(context, Math.min(atMost, maxPoints) + Math.ceil(atMost / readPerObject));
    return seriesOf(context, seriesKey(metric), { fromStep, toStep, maxPoints });
  }
}
