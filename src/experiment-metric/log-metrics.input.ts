import { Field, Float, InputType, Int } from "type-graphql";
import { limits } from "../limits.ts";
import { type Problems, readName } from "../text.ts";
import { UserErrorCode } from "../user-error.ts";
import { MetricGoal } from "./metric-goal.ts";

@InputType({ description: "The value of a metric at one step." })
export class MetricInput {
  @Field(() => String, {
    description: `The name of the metric, such as \`val/mAP50\`; 1 to ${limits.name} characters. A new one begins a metric.`,
  })
  name!: string;

  @Field(() => Float, {
    description: "The value; a finite number. Leave a step out whose value is none.",
  })
  value!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      "The step, 0 or more; a value that it has already is overwritten, so that a retry does no harm. Without it, the one after " +
      "the highest that the metric has by then.",
  })
  step?: number | null;

  @Field(() => MetricGoal, {
    nullable: true,
    description:
      "Which values of the metric are better; it stays so until another one is given. First MAXIMIZE.",
  })
  goal?: MetricGoal | null;
}

@InputType({ description: "What a training has come to." })
export class LogMetricsInput {
  @Field(() => [MetricInput], {
    description: `Values of any metrics at any steps, in their order; at most ${limits.loggedPoints}.`,
  })
  metrics!: MetricInput[];
}

/** The values as they are stored, but for steps that are not known yet. */
export function readMetrics({ metrics }: LogMetricsInput, problems: Problems): MetricInput[] {
  const field = ["input", "metrics"];
  const invalid = (path: string[], message: string) =>
    problems.push({ code: UserErrorCode.INVALID, field: path, message });
  if (metrics.length > limits.loggedPoints) {
    invalid(field, `Expected at most ${limits.loggedPoints} values, got ${metrics.length}.`);
    return [];
  }
  return metrics.map(({ name, step, ...rest }, index) => {
    const path = [...field, String(index)];
    // A number in a document can be too large to be one.
    if (!Number.isFinite(rest.value))
      invalid([...path, "value"], "Expected a finite number, got one that is not.");
    if (step != null && step < 0) invalid([...path, "step"], `Expected 0 or more, got ${step}.`);
    return { ...rest, step: step ?? null, name: readName(name, [...path, "name"], problems) };
  });
}
