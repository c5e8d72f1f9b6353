import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from "type-graphql";
import { type Context, organizationOf, viewerOf } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { create, edit } from "../mutation.ts";
import type { Connection } from "../page/connection.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { type Payload, payloadType } from "../payload.ts";
import { HandsOn, InSql, Needs, Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { UpdateUserInput } from "../user/user.input.ts";
import { User } from "../user/user.ts";
import { changeMemberRole } from "./change-member-role.ts";
import { createServiceUser } from "./create-service-user.ts";
import { CreateServiceUserInput, MemberOrder, MemberOrderField, MemberWhere } from "./member.input.ts";
import { Member, MemberConnection, memberById, membersOf, removerOf, userOfMember } from "./member.ts";
import { removeMember } from "./remove-member.ts";
import { Role } from "./role.ts";
import { updateServiceUser } from "./update-service-user.ts";

const ChangeMemberRolePayload = payloadType("changeMemberRole", {
  member: [Member, "The member as it is now; null when there is none."],
});

const RemoveMemberPayload = payloadType("removeMember", {
  member: [Member, "The member as it is now; null when there is none."],
});

const CreateServiceUserPayload = payloadType("createServiceUser", {
  member: [Member, "The new member; null when it was refused."],
});

const UpdateServiceUserPayload = payloadType("updateServiceUser", {
  member: [Member, "The member as it is now; null when there is none."],
});

@Resolver(() => Member)
export class MemberResolver {
  @HandsOn()
  @Query(() => MemberConnection, {
    description: "The members of the organization, service users among them.",
  })
  members(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => MemberWhere, { nullable: true, description: "Which members." })
    where: MemberWhere | null,
    @Arg("orderBy", () => MemberOrder, {
      defaultValue: { field: MemberOrderField.CREATED_AT, direction: Direction.ASC },
      description: "In which order.",
    })
    orderBy: MemberOrder,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Soon<Connection<Member>> {
    const today = { active: { eq: true }, ...where };
    return membersOf(context, organizationOf(context), { page, where: today, orderBy }, info);
  }

  @Mutation(() => ChangeMemberRolePayload, {
    description:
      "Changes what a member may do, at once and for all of its tokens. Takes a role up to that of this token, and a member " +
      "whose role is not above it.",
  })
  async changeMemberRole(
    @Arg("id", () => ID, { description: "The member." }) id: string,
    @Arg("role", () => Role, { description: "What the member may do from now on." }) role: Role,
    @Ctx() context: Context,
  ): Promise<Payload<{ member: Member }>> {
    const { row, userErrors } = await edit(context, {
      type: "Member",
      id,
      access: "ALONE",
      write: (tx, uuid) => changeMemberRole(tx, viewerOf(context), uuid, role),
      read: memberById,
    });
    return { member: row, userErrors };
  }

  @Mutation(() => RemoveMemberPayload, {
    description:
      "Ends a member's access at once: its tokens and the invitations that it made are gone, and it stays visible as the author of " +
      "what it made. Everybody may leave; to remove others needs the role ADMIN.",
  })
  async removeMember(
    @Arg("id", () => ID, { description: "The member." }) id: string,
    @Arg("revokeCreatedTokens", () => Boolean, {
      defaultValue: false,
      description:
        "Whether the API tokens end too that the member has made for service users, and may know. Without it they go on, " +
        "with the scripts that use them: `apiTokens` finds them by their creator.",
    })
    revokeCreatedTokens: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ member: Member }>> {
    const { row, userErrors } = await edit(context, {
      type: "Member",
      id,
      access: "ALONE",
      write: (tx, uuid) => removeMember(tx, viewerOf(context), uuid, revokeCreatedTokens),
      read: memberById,
    });
    return { member: row, userErrors };
  }

  @Mutation(() => CreateServiceUserPayload, {
    description: "Creates a member for a script. It gets its API tokens from `createApiToken`.",
  })
  async createServiceUser(
    @Arg("input", () => CreateServiceUserInput, { description: "The new service user." })
    input: CreateServiceUserInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ member: Member }>> {
    const { row, userErrors } = await create(context, {
      idempotencyKey,
      write: (tx) => createServiceUser(tx, viewerOf(context), input, idempotencyKey),
      read: memberById,
    });
    return { member: row, userErrors };
  }

  @Mutation(() => UpdateServiceUserPayload, { description: "Changes how a service user is shown." })
  async updateServiceUser(
    @Arg("id", () => ID, { description: "The service user, as a member." }) id: string,
    @Arg("input", () => UpdateUserInput, { description: "The changes." }) input: UpdateUserInput,
    @Ctx() context: Context,
  ): Promise<Payload<{ member: Member }>> {
    const { row, userErrors } = await edit(context, {
      type: "Member",
      id,
      access: "ALONE",
      write: (tx, uuid) => updateServiceUser(tx, viewerOf(context), uuid, input),
      read: memberById,
    });
    return { member: row, userErrors };
  }

  @Reads(userOfMember)
  @FieldResolver(() => User, { description: "The user." })
  user(@Root() member: Member, @Ctx() context: Context): Soon<User | null> {
    return userOfMember(context, member);
  }

  @Needs<Member>("removedAt")
  @InSql(({ at }) => `(${at("removedAt")} is null)`)
  @FieldResolver(() => Boolean, { description: "Whether it is a member today." })
  active(@Root() { removedAt }: Member): boolean {
    return removedAt === null;
  }

  @Reads(removerOf)
  @FieldResolver(() => User, { nullable: true, description: "Who removed the member; null while it is one." })
  removedBy(@Root() member: Member, @Ctx() context: Context): Soon<User | null> {
    return removerOf(context, member);
  }
}
