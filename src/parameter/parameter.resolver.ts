import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { spend, weightOf } from "../budget.ts";
import type { Context } from "../context.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { Parameter, parametersOf } from "./parameter.ts";

@Resolver(() => ModelVersion)
export class ParameterResolver {
  @FieldResolver(() => [Parameter], {
    description:
      "The training parameters and their defaults for an experiment that starts from this version. What the version " +
      "itself was trained with stands in `sourceExperiment`.",
  })
  async parameters(@Root() version: ModelVersion, @Ctx() context: Context): Promise<Parameter[]> {
    const found = await parametersOf(context, version.id);
    spend(context, weightOf(found));
    return found;
  }
}
