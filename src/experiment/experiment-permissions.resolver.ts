import { Ctx, FieldResolver, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import type { Role } from "../member/role.ts";
import { may } from "../permissions.ts";
import { InSql } from "../read-ahead/reads.ts";
import { byRole, permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { Experiment } from "./experiment.ts";

const ExperimentPermissions = permissionsType("Experiment", {
  update: "Change name, description, project and URL.",
  updateLabelMap: "Change the label map while the experiment goes on.",
  updateParameters: "Change the parameters while it goes on.",
  addArtifact: "Add files while it goes on.",
  logMetrics: "Log metrics while it goes on.",
  setStatus: "Move it on.",
  export: "Export it as a version.",
  delete: "Delete it for ever, when it does not run.",
});

@Resolver(() => Experiment)
export class ExperimentPermissionsResolver {
  @InSql(byRole(permissionsOf))
  @FieldResolver(() => ExperimentPermissions, { description: viewerPermissionsDescription })
  viewerPermissions(@Ctx() context: Context): InstanceType<typeof ExperimentPermissions> {
    return permissionsOf(viewerOf(context).role);
  }
}

/** What a role may do. */
function permissionsOf(role: Role): InstanceType<typeof ExperimentPermissions> {
  return {
    update: may(role, "Mutation.updateExperiment"),
    updateLabelMap: may(role, "Mutation.updateExperimentLabelMap"),
    updateParameters: may(role, "Mutation.updateExperimentParameters"),
    addArtifact: may(role, "Mutation.createArtifact"),
    logMetrics: may(role, "Mutation.logMetrics"),
    setStatus: may(role, "Mutation.setExperimentStatus"),
    export: may(role, "Mutation.exportExperiment"),
    delete: may(role, "Mutation.deleteExperiment"),
  };
}
