import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import { ApiTokenOrder, ApiTokenOrderField } from "../api-token/api-token.input.ts";
import { ApiToken, ApiTokenConnection, apiTokenById, apiTokensOf } from "../api-token/api-token.ts";
import { type Context, viewerOf } from "../context.ts";
import { Member, memberOfUser } from "../member/member.ts";
import { toGlobalId } from "../node/id.ts";
import { Organization, organizationById } from "../organization/organization.ts";
import type { Connection } from "../page/connection.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import type { Soon } from "../read-ahead/soon.ts";
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

  @FieldResolver(() => Member, { description: "The user's place in the organization." })
  member(@Root() { userId: id }: Viewer, @Ctx() context: Context): Soon<Member | null> {
    return memberOfUser(context, { id });
  }

  @FieldResolver(() => Organization, { description: "The organization that every root field speaks of." })
  organization(@Root() viewer: Viewer, @Ctx() context: Context): Promise<Organization | null> {
    return organizationById(context, viewer.organizationId);
  }

  @FieldResolver(() => ApiToken, {
    nullable: true,
    description: "The API token of this request; null when it was revoked in this very moment.",
  })
  apiToken(@Root() viewer: Viewer, @Ctx() context: Context): Promise<ApiToken | null> {
    return apiTokenById(context, viewer.tokenId);
  }

  @FieldResolver(() => ApiTokenConnection, {
    description: "The API tokens that act for the user in the organization.",
  })
  apiTokens(
    @Root() { organizationId, userId }: Viewer,
    @Args(() => PageArgs) page: PageArgs,
    @Arg("orderBy", () => ApiTokenOrder, {
      defaultValue: { field: ApiTokenOrderField.CREATED_AT, direction: Direction.DESC },
      description: "In which order.",
    })
    orderBy: ApiTokenOrder,
    @Ctx() context: Context,
  ): Soon<Connection<ApiToken>> {
    const where = { user: { eq: toGlobalId("User", userId) } };
    return apiTokensOf(context, { id: organizationId }, { page, where, orderBy });
  }
}
