import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { DockerImage, dockerImageOf } from "./docker-image.ts";

@Resolver(() => ModelVersion)
export class DockerImageResolver {
  @FieldResolver(() => DockerImage, {
    nullable: true,
    description: "The docker image of the training script; null when there is none.",
  })
  dockerImage(@Root() version: ModelVersion, @Ctx() context: Context): Promise<DockerImage | null> {
    return dockerImageOf(context, version.id);
  }
}
