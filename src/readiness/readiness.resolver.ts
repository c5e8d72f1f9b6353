import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { InSql, Needs, Reads } from "../read-ahead/reads.ts";
import { type Soon, then } from "../read-ahead/soon.ts";
import { hasParameters, Readiness, readiness, readinessJson, readinessNeeds } from "./readiness.ts";

@Resolver(() => ModelVersion)
export class ReadinessResolver {
  @Reads(hasParameters, { needs: readinessNeeds })
  @InSql(readinessJson("training"))
  @FieldResolver(() => Readiness, {
    description: "Whether it can be the base architecture of an experiment: that needs a docker image.",
  })
  trainable(@Root() version: ModelVersion, @Ctx() context: Context): Soon<Readiness> {
    return then(hasParameters(context, version), (has) => readiness("training", version, has));
  }

  @Needs<ModelVersion>(...readinessNeeds)
  @InSql(readinessJson("deploying"))
  @FieldResolver(() => Readiness, { description: "Whether it can make inferences: that needs a file." })
  deployable(@Root() version: ModelVersion): Readiness {
    // Parameters are for training only.
    return readiness("deploying", version, false);
  }
}
