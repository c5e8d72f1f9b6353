import { Ctx, FieldResolver, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import type { Role } from "../member/role.ts";
import { may } from "../permissions.ts";
import { InSql } from "../read-ahead/reads.ts";
import { byRole, permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { DatasetVersion } from "./dataset-version.ts";

const DatasetVersionPermissions = permissionsType("DatasetVersion", {
  update: "Change it and its label map.",
  delete: "Delete it while no experiment uses it.",
});

@Resolver(() => DatasetVersion)
export class DatasetVersionPermissionsResolver {
  @InSql(byRole(permissionsOf))
  @FieldResolver(() => DatasetVersionPermissions, { description: viewerPermissionsDescription })
  viewerPermissions(@Ctx() context: Context): InstanceType<typeof DatasetVersionPermissions> {
    return permissionsOf(viewerOf(context).role);
  }
}

/** What a role may do. */
function permissionsOf(role: Role): InstanceType<typeof DatasetVersionPermissions> {
  return {
    update: may(role, "Mutation.updateDatasetVersion"),
    delete: may(role, "Mutation.deleteDatasetVersion"),
  };
}
