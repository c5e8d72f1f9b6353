import { Arg, Ctx, Field, Mutation, ObjectType, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { create, transact } from "../mutation.ts";
import { UserError } from "../user-error.ts";
import { createOrganization } from "./create-organization.ts";
import { CreateOrganizationInput, UpdateOrganizationInput } from "./organization.input.ts";
import { Organization, organizationById, organizationByUuid } from "./organization.ts";
import { updateOrganization } from "./update-organization.ts";

@ObjectType({ description: "What came of `createOrganization`." })
export class CreateOrganizationPayload {
  @Field(() => Organization, {
    nullable: true,
    description:
      "The new organization; null when it was refused. Its id means something to its own tokens only.",
  })
  organization!: Organization | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The owner's API token in the new organization, shown this once; null when a repeated idempotency key is answered.",
  })
  secret!: string | null;

  @Field(() => [UserError], { description: "Why it was refused; empty when it was not." })
  userErrors!: UserError[];
}

@ObjectType({ description: "What came of `updateOrganization`." })
export class UpdateOrganizationPayload {
  @Field(() => Organization, { nullable: true, description: "The organization as it is now." })
  organization!: Organization | null;

  @Field(() => [UserError], { description: "Why it was refused; empty when it was not." })
  userErrors!: UserError[];
}

@Resolver(() => Organization)
export class OrganizationResolver {
  @Mutation(() => CreateOrganizationPayload, {
    description:
      "Creates another organization beside this one, and makes the user of this token its first owner.",
  })
  async createOrganization(
    @Arg("input", () => CreateOrganizationInput, { description: "The new organization." })
    input: CreateOrganizationInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<CreateOrganizationPayload> {
    const { row, secret, userErrors } = await create(context, {
      idempotencyKey,
      write: (tx) => createOrganization(tx, viewerOf(context), input, idempotencyKey),
      read: organizationByUuid,
    });
    return { organization: row, secret, userErrors };
  }

  @Mutation(() => UpdateOrganizationPayload, { description: "Changes the organization of this token." })
  async updateOrganization(
    @Arg("input", () => UpdateOrganizationInput, { description: "The changes." })
    input: UpdateOrganizationInput,
    @Ctx() context: Context,
  ): Promise<UpdateOrganizationPayload> {
    const viewer = viewerOf(context);
    const { userErrors } = await transact(context, (tx) => updateOrganization(tx, viewer, input));
    return { organization: await organizationById(context, viewer.organizationId), userErrors };
  }
}
