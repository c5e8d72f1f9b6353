import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { SourceExperiment, sourceExperimentOf } from "./source-experiment.ts";

@Resolver(() => ModelVersion)
export class SourceExperimentResolver {
  @FieldResolver(() => SourceExperiment, {
    nullable: true,
    description: "The experiment that the version was exported from; null when it was made by hand.",
  })
  sourceExperiment(@Root() version: ModelVersion, @Ctx() context: Context): Promise<SourceExperiment | null> {
    return sourceExperimentOf(context, version.id);
  }
}
