import { Ctx, Field, FieldResolver, ObjectType, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { may } from "../permissions.ts";
import { Model } from "./model.ts";

@ObjectType({
  description: "What the viewer may do to a model, so that a frontend shows no pen that would be refused.",
})
export class ModelPermissions {
  @Field(() => Boolean, { description: "Change its name and description." })
  update!: boolean;

  @Field(() => Boolean, { description: "Add a version." })
  createVersion!: boolean;
}

@Resolver(() => Model)
export class ModelPermissionsResolver {
  @FieldResolver(() => ModelPermissions, { description: "What the viewer may do to the model." })
  viewerPermissions(@Ctx() context: Context): ModelPermissions {
    const { role } = viewerOf(context);
    return {
      update: may(role, "Mutation.updateModel"),
      createVersion: may(role, "Mutation.createModelVersion"),
    };
  }
}
