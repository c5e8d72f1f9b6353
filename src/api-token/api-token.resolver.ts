import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { create, edit } from "../mutation.ts";
import type { Connection } from "../page/connection.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { User, userById } from "../user/user.ts";
import { UserError } from "../user-error.ts";
import { ApiTokenOrder, ApiTokenOrderField, ApiTokenWhere, CreateApiTokenInput } from "./api-token.input.ts";
import { ApiToken, ApiTokenConnection, apiTokenById, apiTokensOf } from "./api-token.ts";
import { createApiToken } from "./create-api-token.ts";
import { revokeApiToken } from "./revoke-api-token.ts";

@ObjectType({ description: "What came of `createApiToken`." })
export class CreateApiTokenPayload {
  @Field(() => ApiToken, { nullable: true, description: "The new API token; null when it was refused." })
  apiToken!: ApiToken | null;

  @Field(() => String, {
    nullable: true,
    description: "The API token itself, shown this once; null when a repeated idempotency key is answered.",
  })
  secret!: string | null;

  @Field(() => [UserError], { description: "Why it was refused; empty when it was not." })
  userErrors!: UserError[];
}

@ObjectType({ description: "What came of `revokeApiToken`." })
export class RevokeApiTokenPayload {
  @Field(() => ID, {
    nullable: true,
    description: "The id that the API token had; null when it was refused.",
  })
  revokedId!: string | null;

  @Field(() => [UserError], { description: "Why it was refused; empty when it was not." })
  userErrors!: UserError[];
}

@Resolver(() => ApiToken)
export class ApiTokenResolver {
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
  ): Promise<Connection<ApiToken>> {
    return apiTokensOf(context, viewerOf(context).organizationId, { page, where, orderBy });
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
  ): Promise<CreateApiTokenPayload> {
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
  ): Promise<RevokeApiTokenPayload> {
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

  @FieldResolver(() => User, { description: "Who created it." })
  createdBy(@Root() { createdById }: ApiToken, @Ctx() context: Context): Promise<User | null> {
    return userById(context, createdById);
  }
}
