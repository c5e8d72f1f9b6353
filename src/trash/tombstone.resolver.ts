import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { User, userById } from "../user/user.ts";
import { Tombstone, tombstoneById } from "./tombstone.ts";
import { readObjectId, typeOfKind } from "./trash-entry.ts";

@Resolver(() => Tombstone)
export class TombstoneResolver {
  @Query(() => Tombstone, {
    nullable: true,
    description: "What is left of a model, version or file that was purged; null when this was never purged.",
  })
  async tombstone(
    @Arg("id", () => ID, { description: "The id that it had." }) id: string,
    @Ctx() context: Context,
  ): Promise<Tombstone | null> {
    const { type, uuid } = readObjectId(id, ["id"]);
    const found = await tombstoneById(context, uuid);
    return found && typeOfKind[found.kind] === type ? found : null;
  }

  @FieldResolver(() => User, { description: "Who deleted it." })
  deletedBy(@Root() { deletedById }: Tombstone, @Ctx() context: Context): Promise<User | null> {
    return userById(context, deletedById);
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: "Who purged it; null when it had been in the trash for as long as anything stays there.",
  })
  async purgedBy(@Root() { purgedById }: Tombstone, @Ctx() context: Context): Promise<User | null> {
    return purgedById === null ? null : userById(context, purgedById);
  }
}
