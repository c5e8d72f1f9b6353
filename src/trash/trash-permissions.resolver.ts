import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { may } from "../permissions.ts";
import { permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { addressOf } from "./trash.resolver.ts";
import { TrashEntry } from "./trash-entry.ts";

const TrashEntryPermissions = permissionsType("TrashEntry", {
  restore: "Take it out of the trash; a version whose model is there too comes after its model.",
  purge: "Purge it for ever.",
});

@Resolver(() => TrashEntry)
export class TrashPermissionsResolver {
  @FieldResolver(() => TrashEntryPermissions, { description: viewerPermissionsDescription })
  async viewerPermissions(
    @Root() { id }: TrashEntry,
    @Ctx() context: Context,
  ): Promise<InstanceType<typeof TrashEntryPermissions>> {
    const { role } = viewerOf(context);
    const modelInTrash = (await addressOf(context, id))?.modelEntry ?? null;
    return {
      restore: modelInTrash === null && may(role, "Mutation.restoreModelVersion"),
      purge: may(role, "Mutation.purgeModelVersion"),
    };
  }
}
