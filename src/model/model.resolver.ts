import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { type Context, organizationOf, viewerOf } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { create, edit } from "../mutation.ts";
import { uuidOf } from "../node/id.ts";
import type { Connection } from "../page/connection.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { type Payload, payloadType } from "../payload.ts";
import { HandsOn, Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { dryRunDescription, expectedRevisionDescription } from "../revision.ts";
import { normalizeName } from "../text.ts";
import { authorOf, User } from "../user/user.ts";
import { createModel } from "./create-model.ts";
import {
  CreateModelInput,
  ModelBy,
  ModelOrder,
  ModelOrderField,
  ModelWhere,
  UpdateModelInput,
} from "./model.input.ts";
import { Model, ModelConnection, modelById, modelByName, modelsOf } from "./model.ts";
import { updateModel } from "./update-model.ts";

const CreateModelPayload = payloadType("createModel", {
  model: [Model, "The new model; null when it was refused."],
});

const UpdateModelPayload = payloadType("updateModel", {
  model: [Model, "The model as it is now, also when the edit was refused; null when there is none."],
});

@Resolver(() => Model)
export class ModelResolver {
  @HandsOn()
  @Query(() => Model, { nullable: true, description: "One model; null when there is none." })
  model(
    @Arg("by", () => ModelBy, { description: "How to find it." }) by: ModelBy,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Model | null> {
    return findModel(context, by, ["by"], info);
  }

  @HandsOn()
  @Query(() => ModelConnection, { description: "The models of the organization." })
  models(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => ModelWhere, { nullable: true, description: "Which models." })
    where: ModelWhere | null,
    @Arg("orderBy", () => ModelOrder, {
      defaultValue: { field: ModelOrderField.UPDATED_AT, direction: Direction.DESC },
      description: "In which order.",
    })
    orderBy: ModelOrder,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Soon<Connection<Model>> {
    return modelsOf(context, organizationOf(context), { page, where, orderBy }, info);
  }

  @Mutation(() => CreateModelPayload, { description: "Creates a model without versions." })
  async createModel(
    @Arg("input", () => CreateModelInput, { description: "The new model." }) input: CreateModelInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ model: Model }>> {
    const { row, userErrors } = await create(context, {
      idempotencyKey,
      write: (tx) => createModel(tx, viewerOf(context), input, idempotencyKey),
      read: modelById,
    });
    return { model: row, userErrors };
  }

  @Mutation(() => UpdateModelPayload, { description: "Changes the name or the description of a model." })
  async updateModel(
    @Arg("id", () => ID, { description: "The model." }) id: string,
    @Arg("input", () => UpdateModelInput, { description: "The changes." }) input: UpdateModelInput,
    @Arg("expectedRevision", () => Int, { nullable: true, description: expectedRevisionDescription })
    expectedRevision: number | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ model: Model }>> {
    const { row, userErrors } = await edit(context, {
      type: "Model",
      id,
      dryRun,
      write: (tx, uuid) => updateModel(tx, viewerOf(context), uuid, input, expectedRevision),
      read: modelById,
    });
    return { model: row, userErrors };
  }

  @Reads(authorOf)
  @FieldResolver(() => User, { description: "Who created the model." })
  createdBy(@Root() model: Model, @Ctx() context: Context): Soon<User | null> {
    return authorOf(context, model);
  }
}

/** @throws Refusal at `field` when the id is not one of a model. */
export async function findModel(
  context: Context,
  by: ModelBy,
  field: string[],
  info?: GraphQLResolveInfo,
): Promise<Model | null> {
  if (by.id !== undefined) return modelById(context, uuidOf("Model", by.id, [...field, "id"]), info);
  return modelByName(context, { name: normalizeName(String(by.name)) }, undefined, info);
}
