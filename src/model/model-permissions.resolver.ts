import { Ctx, FieldResolver, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import type { Role } from "../member/role.ts";
import { may, mayWith } from "../permissions.ts";
import { InSql } from "../read-ahead/reads.ts";
import { byRole, permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { Model } from "./model.ts";

const ModelPermissions = permissionsType("Model", {
  update: "Change its name and description.",
  createVersion: "Add a version.",
  delete: "Put it into the trash while it has no versions.",
  deleteWithVersions: "Put it into the trash with its versions: `deleteModel` with `cascade`.",
});

@Resolver(() => Model)
export class ModelPermissionsResolver {
  @InSql(byRole(permissionsOf))
  @FieldResolver(() => ModelPermissions, { description: viewerPermissionsDescription })
  viewerPermissions(@Ctx() context: Context): InstanceType<typeof ModelPermissions> {
    return permissionsOf(viewerOf(context).role);
  }
}

/** What a role may do. */
function permissionsOf(role: Role): InstanceType<typeof ModelPermissions> {
  return {
    update: may(role, "Mutation.updateModel"),
    createVersion: may(role, "Mutation.createModelVersion"),
    delete: may(role, "Mutation.deleteModel"),
    deleteWithVersions: mayWith(role, "Mutation.deleteModel.cascade"),
  };
}
