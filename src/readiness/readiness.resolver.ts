import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { hasParameters, Readiness, readiness } from "./readiness.ts";

@Resolver(() => ModelVersion)
export class ReadinessResolver {
  @FieldResolver(() => Readiness, {
    description: "Whether it can be the base architecture of an experiment: that needs a docker image.",
  })
  async trainable(@Root() version: ModelVersion, @Ctx() context: Context): Promise<Readiness> {
    return readiness("training", version, await hasParameters(context, version.id));
  }

  @FieldResolver(() => Readiness, { description: "Whether it can make inferences: that needs a file." })
  deployable(@Root() version: ModelVersion): Readiness {
    // Parameters are for training only.
    return readiness("deploying", version, false);
  }
}
