import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from "type-graphql";
import { type Context, organizationOf } from "../context.ts";
import { ModelVersion, modelVersionById } from "../model-version/model-version.ts";
import { toGlobalId } from "../node/id.ts";
import type { Connection } from "../page/connection.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { HandsOn, Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { User } from "../user/user.ts";
import { addressOf } from "./address.ts";
import { TrashWhere } from "./trash.input.ts";
import { contentsOf, TrashContents } from "./trash-contents.ts";
import {
  deleterOf,
  readObjectId,
  TrashEntry,
  TrashEntryConnection,
  trashEntryById,
  trashOf,
  typeOfKind,
} from "./trash-entry.ts";

@Resolver(() => TrashEntry)
export class TrashResolver {
  @HandsOn()
  @Query(() => TrashEntryConnection, {
    description: "What was deleted and can be restored, the last deletion first.",
  })
  trash(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => TrashWhere, { nullable: true, description: "Which entries." })
    where: TrashWhere | null,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Soon<Connection<TrashEntry>> {
    const orderBy = { field: "DELETED_AT", direction: Direction.DESC };
    return trashOf(context, organizationOf(context), { page, where, orderBy }, info);
  }

  @Query(() => TrashEntry, {
    nullable: true,
    description:
      "The entry of one model, version or file in the trash; null when it was not deleted by itself: a version that went with its " +
      "model is found by the id of the model, and a file that went with its version by the id of the version.",
  })
  async trashEntry(
    @Arg("objectId", () => ID, { description: "The id of the model, version or file." }) objectId: string,
    @Ctx() context: Context,
  ): Promise<TrashEntry | null> {
    const { type, uuid } = readObjectId(objectId, ["objectId"]);
    const found = await trashEntryById(context, uuid);
    return found && typeOfKind[found.kind] === type ? found : null;
  }

  @FieldResolver(() => ID, {
    description: "The id of what was deleted, by which it is restored or purged.",
  })
  objectId(@Root() { kind, id }: TrashEntry): string {
    return toGlobalId(typeOfKind[kind], id);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: "The number of a version, or of the version that a file was in; null for a model.",
  })
  async version(@Root() { id }: TrashEntry, @Ctx() context: Context): Promise<number | null> {
    return (await addressOf(context, id))?.version ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "The name of a version, or of the version that a file was in; null for a model.",
  })
  async versionName(@Root() { id }: TrashEntry, @Ctx() context: Context): Promise<string | null> {
    return (await addressOf(context, id))?.versionName ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "The name of the model of that version; null for a model.",
  })
  async modelName(@Root() { id }: TrashEntry, @Ctx() context: Context): Promise<string | null> {
    return (await addressOf(context, id))?.modelName ?? null;
  }

  @FieldResolver(() => ModelVersion, {
    nullable: true,
    description:
      "The version that a file was in; null where that is in the trash too, and for a version and a model.",
  })
  async modelVersion(@Root() { modelVersionId }: TrashEntry, @Ctx() context: Context) {
    return modelVersionId === null ? null : modelVersionById(context, modelVersionId);
  }

  @FieldResolver(() => TrashEntry, {
    nullable: true,
    description:
      "The entry of the version of a file, which has to be restored first; null for a version and a model, where the version is live, " +
      "and where it went with its model.",
  })
  async versionInTrash(@Root() { id }: TrashEntry, @Ctx() context: Context): Promise<TrashEntry | null> {
    const entry = (await addressOf(context, id))?.versionEntry ?? null;
    return entry === null ? null : trashEntryById(context, entry);
  }

  @FieldResolver(() => TrashEntry, {
    nullable: true,
    description:
      "The entry of its model, which has to be restored first; null for a model, and where that is live.",
  })
  async modelInTrash(@Root() { id }: TrashEntry, @Ctx() context: Context): Promise<TrashEntry | null> {
    const entry = (await addressOf(context, id))?.modelEntry ?? null;
    return entry === null ? null : trashEntryById(context, entry);
  }

  @FieldResolver(() => TrashContents, {
    description: "How much was deleted with it; what was deleted by itself before it is not counted.",
  })
  contents(@Root() { id }: TrashEntry, @Ctx() context: Context): Promise<TrashContents> {
    return contentsOf(context, id);
  }

  @Reads(deleterOf)
  @FieldResolver(() => User, { description: "Who deleted it." })
  deletedBy(@Root() entry: TrashEntry, @Ctx() context: Context): Soon<User | null> {
    return deleterOf(context, entry);
  }
}
