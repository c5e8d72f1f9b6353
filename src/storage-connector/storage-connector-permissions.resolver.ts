import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { may } from "../permissions.ts";
import { permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { StorageConnector } from "./storage-connector.ts";

const StorageConnectorPermissions = permissionsType("StorageConnector", {
  update: "Change its name or its credentials.",
  test: "Test it.",
  setDefault: "Let new files go there.",
  delete: "Forget it, when no file is in it; never while it is the default.",
});

@Resolver(() => StorageConnector)
export class StorageConnectorPermissionsResolver {
  @FieldResolver(() => StorageConnectorPermissions, { description: viewerPermissionsDescription })
  viewerPermissions(
    @Root() { isDefault }: StorageConnector,
    @Ctx() context: Context,
  ): InstanceType<typeof StorageConnectorPermissions> {
    const { role } = viewerOf(context);
    return {
      update: may(role, "Mutation.updateStorageConnector"),
      test: may(role, "Mutation.testStorageConnector"),
      setDefault: may(role, "Mutation.setDefaultStorageConnector"),
      delete: !isDefault && may(role, "Mutation.deleteStorageConnector"),
    };
  }
}
