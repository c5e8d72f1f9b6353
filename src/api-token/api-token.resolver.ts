import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from "type-graphql";
import { type Context, organizationOf, viewerOf } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { memberOfUser } from "../member/member.ts";
import { includes, lower } from "../member/role.ts";
import { create, edit } from "../mutation.ts";
import type { Connection } from "../page/connection.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { type Payload, payloadType } from "../payload.ts";
import { HandsOn, Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { authorOf, User, userById } from "../user/user.ts";
import { permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { ApiTokenOrder, ApiTokenOrderField, ApiTokenWhere, CreateApiTokenInput } from "./api-token.input.ts";
import { ApiToken, ApiTokenConnection, apiTokenById, apiTokensOf } from "./api-token.ts";
import { createApiToken } from "./create-api-token.ts";
import { revokeApiToken } from "./revoke-api-token.ts";

const CreateApiTokenPayload = payloadType("createApiToken", {
  apiToken: [ApiToken, "The new API token; null when it was refused."],
  secret: [
    String,
    "The API token itself, shown this once; null when a repeated idempotency key is answered.",
  ],
});

const RevokeApiTokenPayload = payloadType("revokeApiToken", {
  revokedId: [ID, "The id that the API token had; null when it was refused."],
});

const ApiTokenPermissions = permissionsType("ApiToken", { revoke: "Revoke it." });

@Resolver(() => ApiToken)
export class ApiTokenResolver {
  @HandsOn()
  @Query(() => ApiTokenConnection, {
    description: "The API tokens of all members of the organization. One's own are in `viewer`.",
  })
  apiTokens(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => ApiTokenWhere, { nullable: true, description: "Which API tokens." })
    where: ApiTokenWhere | null,
    @Arg("orderBy", () => ApiTokenOrder, {
      defaultValue: { field: ApiTokenOrderField.CREATED_AT, direction: Direction.DESC },
      description: "In which order.",
    })
    orderBy: ApiTokenOrder,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Soon<Connection<ApiToken>> {
    return apiTokensOf(context, organizationOf(context), { page, where, orderBy }, info);
  }

  @Mutation(() => CreateApiTokenPayload, {
    description: "Creates an API token for oneself, or for a service user, which needs the role ADMIN.",
  })
  async createApiToken(
    @Arg("memberId", () => ID, {
      nullable: true,
      description: "The service user that it acts for, as a member; oneself when it is not given.",
    })
    memberId: string | null,
    @Arg("input", () => CreateApiTokenInput, { description: "The new API token." })
    input: CreateApiTokenInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ apiToken: ApiToken; secret: string }>> {
    const { row, secret, userErrors } = await create(context, {
      idempotencyKey,
      access: "ALONE",
      write: (tx) => createApiToken(tx, viewerOf(context), { memberId, input, idempotencyKey }),
      read: apiTokenById,
    });
    return { apiToken: row, secret, userErrors };
  }

  @Mutation(() => RevokeApiTokenPayload, {
    description:
      "Ends an API token at once: one's own, or with the role ADMIN that of another member; but none with which more can be done " +
      "than with the token that asks for it.",
  })
  async revokeApiToken(
    @Arg("id", () => ID, { description: "The API token." }) id: string,
    @Ctx() context: Context,
  ): Promise<Payload<{ revokedId: string }>> {
    const viewer = viewerOf(context);
    const { userErrors } = await edit(context, {
      type: "ApiToken",
      id,
      access: "ALONE",
      write: (tx, uuid) => revokeApiToken(tx, viewer, uuid),
      read: async () => null,
    });
    return { revokedId: userErrors.length > 0 ? null : id, userErrors };
  }

  @FieldResolver(() => User, { description: "The user for whom it acts." })
  user(@Root() { userId }: ApiToken, @Ctx() context: Context): Promise<User | null> {
    return userById(context, userId);
  }

  @Reads(authorOf)
  @FieldResolver(() => User, { description: "Who created it." })
  createdBy(@Root() row: ApiToken, @Ctx() context: Context): Soon<User | null> {
    return authorOf(context, row);
  }

  @FieldResolver(() => ApiTokenPermissions, { description: viewerPermissionsDescription })
  async viewerPermissions(
    @Root() token: ApiToken,
    @Ctx() context: Context,
  ): Promise<InstanceType<typeof ApiTokenPermissions>> {
    const member = await memberOfUser(context, { id: token.userId });
    const strength = lower(token.role, member?.role ?? token.role);
    return { revoke: includes(viewerOf(context).role, strength) };
  }
}
