import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { spend } from "../budget.ts";
import type { Context } from "../context.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import { Label, labelsOf } from "./label.ts";

@Resolver(() => ModelVersion)
export class LabelResolver {
  @FieldResolver(() => [Label], { description: "The label map, in the order of the indexes." })
  async labels(
    @Root() version: ModelVersion,
    @Arg("first", () => Int, {
      nullable: true,
      description: "Only so many from the start: a card shows a few.",
    })
    first: number | null,
    @Ctx() context: Context,
  ): Promise<Label[]> {
    if (first !== null && first < 0)
      refuse(UserErrorCode.INVALID, ["first"], `Expected 0 or more, got ${first}.`);
    spend(context, Math.min(first ?? version.labelCount, version.labelCount));
    return labelsOf(context, version.id, first ?? null);
  }
}
