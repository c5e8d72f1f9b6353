import { Ctx, FieldResolver, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import type { Role } from "../member/role.ts";
import { may } from "../permissions.ts";
import { InSql } from "../read-ahead/reads.ts";
import { byRole, permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { Dataset } from "./dataset.ts";

const DatasetPermissions = permissionsType("Dataset", {
  update: "Change its name and description.",
  createVersion: "Add a version.",
  delete: "Delete it while it has no versions.",
});

@Resolver(() => Dataset)
export class DatasetPermissionsResolver {
  @InSql(byRole(permissionsOf))
  @FieldResolver(() => DatasetPermissions, { description: viewerPermissionsDescription })
  viewerPermissions(@Ctx() context: Context): InstanceType<typeof DatasetPermissions> {
    return permissionsOf(viewerOf(context).role);
  }
}

/** What a role may do. */
function permissionsOf(role: Role): InstanceType<typeof DatasetPermissions> {
  return {
    update: may(role, "Mutation.updateDataset"),
    createVersion: may(role, "Mutation.createDatasetVersion"),
    delete: may(role, "Mutation.deleteDataset"),
  };
}
