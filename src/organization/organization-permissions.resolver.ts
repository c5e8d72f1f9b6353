import { Ctx, FieldResolver, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { may } from "../permissions.ts";
import { permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { Organization } from "./organization.ts";

const OrganizationPermissions = permissionsType("Organization", {
  update: "Change its name.",
  createModel: "Add a model.",
  createDataset: "Make a dataset known.",
  createExperiment: "Begin an experiment.",
  inviteMember: "Invite somebody.",
  createServiceUser: "Add a service user.",
  createStorageConnector: "Add a storage connector.",
});

@Resolver(() => Organization)
export class OrganizationPermissionsResolver {
  @FieldResolver(() => OrganizationPermissions, { description: viewerPermissionsDescription })
  viewerPermissions(@Ctx() context: Context): InstanceType<typeof OrganizationPermissions> {
    const { role } = viewerOf(context);
    return {
      update: may(role, "Mutation.updateOrganization"),
      createModel: may(role, "Mutation.createModel"),
      createDataset: may(role, "Mutation.createDataset"),
      createExperiment: may(role, "Mutation.createExperiment"),
      inviteMember: may(role, "Mutation.inviteMember"),
      createServiceUser: may(role, "Mutation.createServiceUser"),
      createStorageConnector: may(role, "Mutation.createStorageConnector"),
    };
  }
}
