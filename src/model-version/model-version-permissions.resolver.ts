import { Ctx, Field, FieldResolver, ObjectType, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { may } from "../permissions.ts";
import { ModelVersion } from "./model-version.ts";

@ObjectType({
  description:
    "What the viewer may do to a version, so that a frontend shows no pen and no bin that would be refused.",
})
export class ModelVersionPermissions {
  @Field(() => Boolean, { description: "Change the About section." })
  update!: boolean;
}

@Resolver(() => ModelVersion)
export class ModelVersionPermissionsResolver {
  @FieldResolver(() => ModelVersionPermissions, { description: "What the viewer may do to the version." })
  viewerPermissions(@Ctx() context: Context): ModelVersionPermissions {
    const { role } = viewerOf(context);
    return { update: may(role, "Mutation.updateModelVersion") };
  }
}
