import { Field, Float, ObjectType } from "type-graphql";
import { Metric } from "../source-experiment/source-experiment.ts";
import { type Difference, differencesBy, differencesType } from "./differences.ts";

type Compared = Pick<Metric, "name" | "goal" | "value" | "best">;

@ObjectType({
  description: "A metric that came to different values in two trainings, or was followed in one only.",
})
export class MetricDifference implements Difference<Compared> {
  @Field(() => String, { description: "Its name." })
  name!: string;

  @Field(() => Metric, { nullable: true, description: "That of `a`; null when it is not there." })
  a!: Compared | null;

  @Field(() => Metric, { nullable: true, description: "That of `b`; null when it is not there." })
  b!: Compared | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "The value of `b` less that of `a`: above 0, it has grown, which is better or worse by the `goal`. Null when one is not there, " +
      "and when it is too large for a number.",
  })
  difference!: number | null;
}

export const MetricDifferences = differencesType(MetricDifference, "metrics", "names");

export function compareMetrics(a: readonly Compared[], b: readonly Compared[]): MetricDifference[] {
  return differencesBy(a, b, ({ name }) => name, isSame).map(({ key, ...sides }) => ({
    ...{ name: key, ...sides },
    difference: sides.a && sides.b && finite(sides.b.value - sides.a.value),
  }));
}

function isSame(one: Compared, other: Compared): boolean {
  return one.goal === other.goal && one.value === other.value && one.best === other.best;
}

function finite(number: number): number | null {
  return Number.isFinite(number) ? number : null;
}
