import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { columnsOfJoined } from "../read-ahead/json.ts";
import { InSql, Reads } from "../read-ahead/reads.ts";
import { type Soon, then } from "../read-ahead/soon.ts";
import { User } from "../user/user.ts";
import { Member, memberOfUser } from "./member.ts";

@Resolver(() => User)
export class MemberOfUserResolver {
  @Reads(memberOfUser)
  @FieldResolver(() => Member, {
    description: "The user's place in the organization, today or until it was removed.",
  })
  member(@Root() user: User, @Ctx() context: Context): Soon<Member | null> {
    return memberOfUser(context, user);
  }

  @Reads(memberOfUser, { columns: ["removedAt"] })
  @InSql((user) => {
    const member = columnsOfJoined(user, { relation: memberOfUser.relation, args: undefined });
    return `(${member("id")} is not null and ${member("removedAt")} is null)`;
  })
  @FieldResolver(() => Boolean, {
    description:
      "Whether the user is a member of the organization today. An author stays visible when it no longer is.",
  })
  active(@Root() user: User, @Ctx() context: Context): Soon<boolean> {
    return then(memberOfUser(context, user), (member) => member?.removedAt === null);
  }
}
