import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { spend, weightOf } from "../budget.ts";
import type { Context } from "../context.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { SourceExperiment, sourceExperimentOf } from "./source-experiment.ts";

@Resolver(() => ModelVersion)
export class SourceExperimentResolver {
  @FieldResolver(() => SourceExperiment, {
    nullable: true,
    description: "The experiment that the version was exported from; null when it was made by hand.",
  })
  async sourceExperiment(
    @Root() version: ModelVersion,
    @Ctx() context: Context,
  ): Promise<SourceExperiment | null> {
    const found = await sourceExperimentOf(context, version.id);
    spend(context, weightOf(found));
    return found;
  }
}
