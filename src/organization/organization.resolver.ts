import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { create, transact } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { createOrganization } from "./create-organization.ts";
import { CreateOrganizationInput, UpdateOrganizationInput } from "./organization.input.ts";
import { Organization, organizationById, organizationByUuid } from "./organization.ts";
import { updateOrganization } from "./update-organization.ts";

const CreateOrganizationPayload = payloadType("createOrganization", {
  organization: [
    Organization,
    "The new organization; null when it was refused. Its id means something to its own tokens only.",
  ],
  secret: [
    String,
    "The owner's API token in the new organization, shown this once; null when a repeated idempotency key is answered.",
  ],
});

const UpdateOrganizationPayload = payloadType("updateOrganization", {
  organization: [Organization, "The organization as it is now."],
});

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
  ): Promise<Payload<{ organization: Organization; secret: string }>> {
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
  ): Promise<Payload<{ organization: Organization }>> {
    const viewer = viewerOf(context);
    const { userErrors } = await transact(context, (tx) => updateOrganization(tx, viewer, input));
    return { organization: await organizationById(context, viewer.organizationId), userErrors };
  }
}
