import { Ctx, FieldResolver, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { may } from "../permissions.ts";
import { permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { TrashEntry } from "./trash-entry.ts";

const TrashEntryPermissions = permissionsType("TrashEntry", {
  restore: "Take it out of the trash.",
  purge: "Purge it for ever.",
});

@Resolver(() => TrashEntry)
export class TrashPermissionsResolver {
  @FieldResolver(() => TrashEntryPermissions, { description: viewerPermissionsDescription })
  viewerPermissions(@Ctx() context: Context): InstanceType<typeof TrashEntryPermissions> {
    const { role } = viewerOf(context);
    return {
      restore: may(role, "Mutation.restoreModelVersion"),
      purge: may(role, "Mutation.purgeModelVersion"),
    };
  }
}
