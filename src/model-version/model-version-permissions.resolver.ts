import { Ctx, FieldResolver, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import type { Role } from "../member/role.ts";
import { may } from "../permissions.ts";
import { InSql } from "../read-ahead/reads.ts";
import { byRole, permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { ModelVersion } from "./model-version.ts";

const ModelVersionPermissions = permissionsType("ModelVersion", {
  update: "Change the About section; type and framework only of a version made by hand.",
  updateLabelMap: "Change the label map.",
  updateParameters: "Change the training parameters.",
  updateDockerImage: "Change or remove the docker image.",
  createFile: "Add a file, in one request or in parts, or a copy of one.",
  transfer: "Transfer it to another model.",
  delete: "Put it into the trash.",
});

@Resolver(() => ModelVersion)
export class ModelVersionPermissionsResolver {
  @InSql(byRole(permissionsOf))
  @FieldResolver(() => ModelVersionPermissions, { description: viewerPermissionsDescription })
  viewerPermissions(@Ctx() context: Context): InstanceType<typeof ModelVersionPermissions> {
    return permissionsOf(viewerOf(context).role);
  }
}

/** What a role may do. */
function permissionsOf(role: Role): InstanceType<typeof ModelVersionPermissions> {
  return {
    update: may(role, "Mutation.updateModelVersion"),
    updateLabelMap: may(role, "Mutation.updateLabelMap"),
    updateParameters: may(role, "Mutation.updateParameters"),
    updateDockerImage: may(role, "Mutation.updateDockerImage"),
    createFile: may(role, "Mutation.createModelFile"),
    transfer: may(role, "Mutation.transferModelVersion"),
    delete: may(role, "Mutation.deleteModelVersion"),
  };
}
