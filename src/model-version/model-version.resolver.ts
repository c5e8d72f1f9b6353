import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { type Context, organizationOf, viewerOf } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { Model, modelOfVersion } from "../model/model.ts";
import { create, edit } from "../mutation.ts";
import type { Connection } from "../page/connection.ts";
import { pageRequest } from "../page/page.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { type Payload, payloadType } from "../payload.ts";
import { HandsOn, Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { dryRunDescription, expectedRevisionDescription } from "../revision.ts";
import { authorOf, User } from "../user/user.ts";
import { createModelVersion } from "./create-model-version.ts";
import { findModelVersion } from "./find-model-version.ts";
import { ModelVersionConnection, versionsOfModel, versionsOfOrganization } from "./list-model-versions.ts";
import {
  CreateModelVersionInput,
  ModelVersionBy,
  ModelVersionOrder,
  ModelVersionOrderField,
  ModelVersionWhere,
  UpdateModelVersionInput,
} from "./model-version.input.ts";
import { latestVersionOf, ModelVersion, modelVersionById, versionCountOf } from "./model-version.ts";
import { updateModelVersion } from "./update-model-version.ts";

const CreateModelVersionPayload = payloadType("createModelVersion", {
  modelVersion: [ModelVersion, "The new version; null when it was refused."],
});

const UpdateModelVersionPayload = payloadType("updateModelVersion", {
  modelVersion: [
    ModelVersion,
    "The version as it is now, also when the edit was refused; null when there is none.",
  ],
});

@Resolver(() => ModelVersion)
export class ModelVersionResolver {
  @HandsOn()
  @Query(() => ModelVersion, { nullable: true, description: "One version; null when there is none." })
  modelVersion(
    @Arg("by", () => ModelVersionBy, { description: "How to find it." }) by: ModelVersionBy,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ModelVersion | null> {
    return findModelVersion(context, by, info);
  }

  @HandsOn()
  @Query(() => ModelVersionConnection, { description: "The versions of all models of the organization." })
  modelVersions(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => ModelVersionWhere, { nullable: true, description: "Which versions." })
    where: ModelVersionWhere | null,
    @Arg("orderBy", () => ModelVersionOrder, {
      defaultValue: { field: ModelVersionOrderField.UPDATED_AT, direction: Direction.DESC },
      description: "In which order.",
    })
    orderBy: ModelVersionOrder,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Soon<Connection<ModelVersion>> {
    return versionsOfOrganization(context, organizationOf(context), { page, where, orderBy }, info);
  }

  @Mutation(() => CreateModelVersionPayload, {
    description: "Creates the next version of a model by hand, with its labels, parameters and docker image.",
  })
  async createModelVersion(
    @Arg("modelId", () => ID, { description: "The model that gets the version." }) modelId: string,
    @Arg("input", () => CreateModelVersionInput, { description: "The new version." })
    input: CreateModelVersionInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ modelVersion: ModelVersion }>> {
    const { row, userErrors } = await create(context, {
      idempotencyKey,
      write: (tx) =>
        createModelVersion(tx, viewerOf(context), {
          modelId,
          input,
          idempotencyKey,
          keyring: context.keyring,
        }),
      read: modelVersionById,
    });
    return { modelVersion: row, userErrors };
  }

  @Mutation(() => UpdateModelVersionPayload, { description: "Changes the About section of a version." })
  async updateModelVersion(
    @Arg("id", () => ID, { description: "The version." }) id: string,
    @Arg("input", () => UpdateModelVersionInput, { description: "The changes." })
    input: UpdateModelVersionInput,
    @Arg("expectedRevision", () => Int, { nullable: true, description: expectedRevisionDescription })
    expectedRevision: number | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ modelVersion: ModelVersion }>> {
    const { row, userErrors } = await edit(context, {
      type: "ModelVersion",
      id,
      dryRun,
      write: (tx, uuid) => updateModelVersion(tx, viewerOf(context), uuid, input, expectedRevision),
      read: modelVersionById,
    });
    return { modelVersion: row, userErrors };
  }

  @Reads(modelOfVersion)
  @FieldResolver(() => Model, { description: "The model that the version belongs to." })
  model(@Root() version: ModelVersion, @Ctx() context: Context): Soon<Model | null> {
    return modelOfVersion(context, version);
  }

  @Reads(authorOf)
  @FieldResolver(() => User, { description: "Who created the version." })
  createdBy(@Root() version: ModelVersion, @Ctx() context: Context): Soon<User | null> {
    return authorOf(context, version);
  }
}

@Resolver(() => Model)
export class VersionsOfModelResolver {
  @Reads(versionsOfModel, { args: pageRequest })
  @FieldResolver(() => ModelVersionConnection, { description: "The versions of the model." })
  versions(
    @Root() model: Model,
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => ModelVersionWhere, { nullable: true, description: "Which versions." })
    where: ModelVersionWhere | null,
    @Arg("orderBy", () => ModelVersionOrder, {
      defaultValue: { field: ModelVersionOrderField.VERSION, direction: Direction.DESC },
      description: "In which order.",
    })
    orderBy: ModelVersionOrder,
    @Ctx() context: Context,
  ): Soon<Connection<ModelVersion>> {
    return versionsOfModel(context, model, { page, where, orderBy });
  }

  @Reads(latestVersionOf)
  @FieldResolver(() => ModelVersion, {
    nullable: true,
    description: "The version with the highest number; null when there is none.",
  })
  latestVersion(@Root() model: Model, @Ctx() context: Context): Soon<ModelVersion | null> {
    return latestVersionOf(context, model);
  }

  @Reads(versionCountOf)
  @FieldResolver(() => Int, { description: "How many versions the model has." })
  versionCount(@Root() model: Model, @Ctx() context: Context): Soon<number> {
    return versionCountOf(context, model);
  }
}
