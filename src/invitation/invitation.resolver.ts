import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from "type-graphql";
import { type Context, organizationOf, viewerOf } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { includes, Role } from "../member/role.ts";
import { create, edit, transact } from "../mutation.ts";
import { Organization } from "../organization/organization.ts";
import type { Connection } from "../page/connection.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { type Payload, payloadType } from "../payload.ts";
import { HandsOn, Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { authorOf, User } from "../user/user.ts";
import { permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { acceptInvitation } from "./accept-invitation.ts";
import {
  AcceptInvitationInput,
  InvitationOrder,
  InvitationOrderField,
  InvitationWhere,
  InviteMemberInput,
} from "./invitation.input.ts";
import { Invitation, InvitationConnection, invitationById, invitationsOf } from "./invitation.ts";
import { inviteMember } from "./invite-member.ts";
import { revokeInvitation } from "./revoke-invitation.ts";

const InviteMemberPayload = payloadType("inviteMember", {
  invitation: [Invitation, "The new invitation; null when it was refused."],
  secret: [
    String,
    "The secret that accepts the invitation, once, to be handed over to whom it is for. Shown this once; null when a repeated " +
      "idempotency key is answered.",
  ],
});

const RevokeInvitationPayload = payloadType("revokeInvitation", {
  revokedId: [ID, "The id that the invitation had; null when it was refused."],
});

const AcceptInvitationPayload = payloadType("acceptInvitation", {
  organization: [Organization, "The organization that one is a member of now; null when it was refused."],
  role: [Role, "What one may do there; null when it was refused."],
  secret: [
    String,
    "The first API token, shown this once, with which one does everything else; null when it was refused.",
  ],
});

const InvitationPermissions = permissionsType("Invitation", { revoke: "Take it back." });

@Resolver(() => Invitation)
export class InvitationResolver {
  @HandsOn()
  @Query(() => InvitationConnection, { description: "The invitations that nobody has accepted yet." })
  invitations(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => InvitationWhere, { nullable: true, description: "Which invitations." })
    where: InvitationWhere | null,
    @Arg("orderBy", () => InvitationOrder, {
      defaultValue: { field: InvitationOrderField.CREATED_AT, direction: Direction.DESC },
      description: "In which order.",
    })
    orderBy: InvitationOrder,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Soon<Connection<Invitation>> {
    return invitationsOf(context, organizationOf(context), { page, where, orderBy }, info);
  }

  @Mutation(() => InviteMemberPayload, {
    description:
      "Offers a place in the organization. The registry sends nothing: hand the secret over yourself.",
  })
  async inviteMember(
    @Arg("input", () => InviteMemberInput, { description: "Whom, and as what." }) input: InviteMemberInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ invitation: Invitation; secret: string }>> {
    const { row, secret, userErrors } = await create(context, {
      idempotencyKey,
      access: "ALONE",
      write: (tx) => inviteMember(tx, viewerOf(context), input, idempotencyKey),
      read: invitationById,
    });
    return { invitation: row, secret, userErrors };
  }

  @Mutation(() => RevokeInvitationPayload, {
    description: "Takes an invitation back that nobody has accepted yet.",
  })
  async revokeInvitation(
    @Arg("id", () => ID, { description: "The invitation." }) id: string,
    @Ctx() context: Context,
  ): Promise<Payload<{ revokedId: string }>> {
    const { userErrors } = await edit(context, {
      type: "Invitation",
      id,
      access: "ALONE",
      write: (tx, uuid) => revokeInvitation(tx, viewerOf(context), uuid),
      read: async () => null,
    });
    return { revokedId: userErrors.length > 0 ? null : id, userErrors };
  }

  @Mutation(() => AcceptInvitationPayload, {
    description:
      "Makes one a member, and gives the first API token. Needs no token: then it makes a new user. Who has a user in another " +
      "organization of the registry sends a token of that user with the request, and joins as the same user.",
  })
  async acceptInvitation(
    @Arg("input", () => AcceptInvitationInput, { description: "The invitation, and who one is." })
    input: AcceptInvitationInput,
    @Ctx() context: Context,
  ): Promise<Payload<{ organization: Organization; role: Role; secret: string }>> {
    const viewer = context.viewer === null ? null : viewerOf(context);
    const write = (tx: Parameters<typeof acceptInvitation>[0]) => acceptInvitation(tx, viewer, input);
    const { result, userErrors } = await transact(context, write, { access: viewer ? "HELD" : "NONE" });
    if (!result) return { organization: null, role: null, secret: null, userErrors };
    return { ...result, userErrors };
  }

  @Reads(authorOf)
  @FieldResolver(() => User, { description: "Who made it." })
  createdBy(@Root() row: Invitation, @Ctx() context: Context): Soon<User | null> {
    return authorOf(context, row);
  }

  @FieldResolver(() => InvitationPermissions, { description: viewerPermissionsDescription })
  viewerPermissions(
    @Root() { role }: Invitation,
    @Ctx() context: Context,
  ): InstanceType<typeof InvitationPermissions> {
    return { revoke: includes(viewerOf(context).role, role) };
  }
}
