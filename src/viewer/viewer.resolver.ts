import { Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { Organization, organizationById } from "../organization/organization.ts";
import { User, userById } from "../user/user.ts";
import { Viewer } from "./viewer.ts";

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { description: "Who the API token of this request belongs to." })
  viewer(@Ctx() context: Context): Viewer {
    return viewerOf(context);
  }

  @FieldResolver(() => User, { description: "The user." })
  user(@Root() viewer: Viewer, @Ctx() context: Context): Promise<User | null> {
    return userById(context, viewer.userId);
  }

  @FieldResolver(() => Organization, { description: "The organization that every root field speaks of." })
  organization(@Root() viewer: Viewer, @Ctx() context: Context): Promise<Organization | null> {
    return organizationById(context, viewer.organizationId);
  }
}
