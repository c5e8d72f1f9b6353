import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { spend, weightOf } from "../budget.ts";
import type { Context } from "../context.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { DockerImage, dockerImageOf } from "./docker-image.ts";

@Resolver(() => ModelVersion)
export class DockerImageResolver {
  @FieldResolver(() => DockerImage, {
    nullable: true,
    description: "The docker image of the training script; null when there is none.",
  })
  async dockerImage(@Root() version: ModelVersion, @Ctx() context: Context): Promise<DockerImage | null> {
    const found = await dockerImageOf(context, version.id);
    spend(context, weightOf(found));
    return found;
  }
}
