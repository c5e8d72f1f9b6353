import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { forOthers, may } from "../permissions.ts";
import { permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { Member } from "./member.ts";
import { includes } from "./role.ts";

const MemberPermissions = permissionsType("Member", {
  changeRole: "Give it another role, up to the viewer's own.",
  remove: "End its access.",
  createApiToken: "Create an API token that acts for it.",
  updateServiceUser: "Change how it is shown, if it is a service user.",
});

@Resolver(() => Member)
export class MemberPermissionsResolver {
  @FieldResolver(() => MemberPermissions, { description: viewerPermissionsDescription })
  viewerPermissions(@Root() member: Member, @Ctx() context: Context): InstanceType<typeof MemberPermissions> {
    const { role, userId } = viewerOf(context);
    const active = member.removedAt === null;
    const own = member.userId === userId;
    const service = member.email === null;
    const manages = active && includes(role, member.role);
    return {
      changeRole: manages && may(role, "Mutation.changeMemberRole"),
      remove: manages && (own || includes(role, forOthers)),
      createApiToken: active && (own || (service && includes(role, forOthers))),
      updateServiceUser: manages && service && may(role, "Mutation.updateServiceUser"),
    };
  }
}
