import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { may } from "../permissions.ts";
import { permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { addressOf } from "./address.ts";
import { TrashEntry, typeOfKind } from "./trash-entry.ts";

const TrashEntryPermissions = permissionsType("TrashEntry", {
  restore: "Take it out of the trash; what it was a part of comes first, where that is there too.",
  purge: "Purge it for ever.",
});

@Resolver(() => TrashEntry)
export class TrashPermissionsResolver {
  @FieldResolver(() => TrashEntryPermissions, { description: viewerPermissionsDescription })
  async viewerPermissions(
    @Root() { id, kind }: TrashEntry,
    @Ctx() context: Context,
  ): Promise<InstanceType<typeof TrashEntryPermissions>> {
    const { role } = viewerOf(context);
    const address = await addressOf(context, id);
    const comesFirst = address?.versionEntry ?? address?.modelEntry ?? null;
    return {
      restore: comesFirst === null && may(role, `Mutation.restore${typeOfKind[kind]}`),
      purge: may(role, `Mutation.purge${typeOfKind[kind]}`),
    };
  }
}
