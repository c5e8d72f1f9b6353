import { Field, Int, ObjectType } from "type-graphql";
import type { LabelRow } from "../label/label.ts";
import { type Difference, differencesBy, differencesType } from "./differences.ts";

@ObjectType({
  description: "An index that has different names in two label maps, or is in one of them only.",
})
export class LabelDifference implements Difference<string> {
  @Field(() => Int, { description: "The index." })
  index!: number;

  @Field(() => String, { nullable: true, description: "Its name in `a`; null when it is not there." })
  a!: string | null;

  @Field(() => String, { nullable: true, description: "Its name in `b`; null when it is not there." })
  b!: string | null;
}

export const LabelDifferences = differencesType(LabelDifference, "labels", "indexes");

export function compareLabels(a: readonly LabelRow[], b: readonly LabelRow[]): LabelDifference[] {
  const byIndex = differencesBy(
    a,
    b,
    ({ index }) => index,
    (one, other) => one.name === other.name,
  );
  return byIndex.map(({ key, a, b }) => ({ index: key, a: a?.name ?? null, b: b?.name ?? null }));
}
