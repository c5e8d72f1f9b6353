import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, FieldResolver, ID, Info, Int, Mutation, Resolver, Root } from "type-graphql";
import { spend, weighed, weightOf } from "../budget.ts";
import { type Context, viewerOf } from "../context.ts";
import { includes, Role } from "../member/role.ts";
import { ModelVersion, modelVersionById } from "../model-version/model-version.ts";
import { edit } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { InSql, Needs, Reads } from "../read-ahead/reads.ts";
import { type Soon, then } from "../read-ahead/soon.ts";
import { dryRunDescription, expectedRevisionDescription } from "../revision.ts";
import { selects } from "../selection.ts";
import { UpdateDockerImageInput } from "./docker-image.input.ts";
import { DockerImage, dockerImageOf } from "./docker-image.ts";
import { EnvironmentVariable, showVariables, variablesJson } from "./environment-variable.ts";
import { removeDockerImage, updateDockerImage } from "./update-docker-image.ts";

const UpdateDockerImagePayload = payloadType("updateDockerImage", {
  modelVersion: [
    ModelVersion,
    "The version as it is now, also when the edit was refused; null when there is none.",
  ],
  dockerImage: [
    DockerImage,
    "What the edit made of the docker image, or would make of it in a dry run; null when it was refused.",
  ],
});

const RemoveDockerImagePayload = payloadType("removeDockerImage", {
  modelVersion: [
    ModelVersion,
    "The version as it is now, also when the removal was refused; null when there is none.",
  ],
});

@Resolver(() => ModelVersion)
export class DockerImageResolver {
  @Reads(dockerImageOf)
  @FieldResolver(() => DockerImage, {
    nullable: true,
    description: "The docker image of the training script; null when there is none.",
  })
  dockerImage(@Root() version: ModelVersion, @Ctx() context: Context): Soon<DockerImage | null> {
    return then(dockerImageOf(context, version), (found) => weighed(context, found));
  }

  @Mutation(() => UpdateDockerImagePayload, {
    description: "Changes the docker image of a version, or gives it one.",
  })
  async updateDockerImage(
    @Arg("id", () => ID, { description: "The version." }) id: string,
    @Arg("input", () => UpdateDockerImageInput, { description: "The changes." })
    input: UpdateDockerImageInput,
    @Arg("expectedRevision", () => Int, { nullable: true, description: expectedRevisionDescription })
    expectedRevision: number | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload<{ modelVersion: ModelVersion; dockerImage: DockerImage }>> {
    const { row, result, userErrors } = await edit(context, {
      type: "ModelVersion",
      id,
      dryRun,
      write: async (tx, versionUuid) => {
        const { keyring } = context;
        const request = { versionUuid, input, expectedRevision, keyring };
        const image = await updateDockerImage(tx, viewerOf(context), request);
        // What does not fit into an answer is refused here, while nothing has been committed yet.
        if (selects(info, "dockerImage")) spend(context, weightOf(image));
        return image;
      },
      read: modelVersionById,
    });
    return { modelVersion: row, dockerImage: result, userErrors };
  }

  @Mutation(() => RemoveDockerImagePayload, {
    description:
      "Takes the docker image from a version, its environment variables included; there may be none.",
  })
  async removeDockerImage(
    @Arg("id", () => ID, { description: "The version." }) id: string,
    @Arg("expectedRevision", () => Int, { nullable: true, description: expectedRevisionDescription })
    expectedRevision: number | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ modelVersion: ModelVersion }>> {
    const { row, userErrors } = await edit(context, {
      type: "ModelVersion",
      id,
      dryRun,
      write: (tx, uuid) => removeDockerImage(tx, viewerOf(context), uuid, expectedRevision),
      read: modelVersionById,
    });
    return { modelVersion: row, userErrors };
  }
}

@Resolver(() => DockerImage)
export class EnvironmentVariablesResolver {
  @InSql(variablesJson)
  @Needs<DockerImage>("environmentVariables")
  @FieldResolver(() => [EnvironmentVariable], {
    description: "The environment of the training script, in the order given.",
  })
  environmentVariables(@Root() image: DockerImage, @Ctx() context: Context): EnvironmentVariable[] {
    const { organizationId, role } = viewerOf(context);
    const mayEdit = includes(role, Role.EDITOR);
    return showVariables(context.keyring, organizationId, image.environmentVariables, mayEdit);
  }
}
