import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { User } from "../user/user.ts";
import { Member, memberOfUser } from "./member.ts";

@Resolver(() => User)
export class MemberOfUserResolver {
  @FieldResolver(() => Member, {
    description: "The user's place in the organization, today or until it was removed.",
  })
  member(@Root() user: User, @Ctx() context: Context): Promise<Member | null> {
    return memberOfUser(context, user.id);
  }

  @FieldResolver(() => Boolean, {
    description:
      "Whether the user is a member of the organization today. An author stays visible when it no longer is.",
  })
  async active(@Root() user: User, @Ctx() context: Context): Promise<boolean> {
    return (await memberOfUser(context, user.id))?.removedAt === null;
  }
}
