import { Ctx, FieldResolver, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { may } from "../permissions.ts";
import { permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { DatasetVersion } from "./dataset-version.ts";

const DatasetVersionPermissions = permissionsType("DatasetVersion", {
  update: "Change it and its label map.",
  delete: "Delete it while no experiment uses it.",
});

@Resolver(() => DatasetVersion)
export class DatasetVersionPermissionsResolver {
  @FieldResolver(() => DatasetVersionPermissions, { description: viewerPermissionsDescription })
  viewerPermissions(@Ctx() context: Context): InstanceType<typeof DatasetVersionPermissions> {
    const { role } = viewerOf(context);
    return {
      update: may(role, "Mutation.updateDatasetVersion"),
      delete: may(role, "Mutation.deleteDatasetVersion"),
    };
  }
}
