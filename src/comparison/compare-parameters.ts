import { Field, ObjectType } from "type-graphql";
import { Parameter, type ParameterRow } from "../parameter/parameter.ts";
import { isSame } from "../parameter/parameter-list.ts";
import { type Difference, differencesBy, differencesType } from "./differences.ts";

/** A parameter wherever it stands: its place in the list makes no difference. */
type Compared = Pick<ParameterRow, "name" | "type" | "value">;

@ObjectType({ description: "A parameter that has different types or values, or is on one side only." })
export class ParameterDifference implements Difference<Compared> {
  @Field(() => String, { description: "Its name." })
  name!: string;

  @Field(() => Parameter, { nullable: true, description: "That of `a`; null when it is not there." })
  a!: Compared | null;

  @Field(() => Parameter, { nullable: true, description: "That of `b`; null when it is not there." })
  b!: Compared | null;
}

export const ParameterDifferences = differencesType(ParameterDifference, "parameters", "names");

export function compareParameters(a: readonly Compared[], b: readonly Compared[]): ParameterDifference[] {
  return differencesBy(a, b, ({ name }) => name, isSame).map(({ key, ...sides }) => ({
    name: key,
    ...sides,
  }));
}
