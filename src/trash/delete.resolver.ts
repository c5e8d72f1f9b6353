import { Arg, Ctx, Field, ID, Mutation, ObjectType, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { edit } from "../mutation.ts";
import { dryRunDescription } from "../revision.ts";
import { UserError } from "../user-error.ts";
import { deleteModel, deleteModelVersion } from "./delete.ts";
import { TrashContents } from "./trash-contents.ts";
import { TrashEntry, trashEntryById } from "./trash-entry.ts";

const contentsDescription = "How much was deleted, or would be by a dry run; null when it was refused.";

@ObjectType({ description: "What came of `deleteModelVersion`." })
export class DeleteModelVersionPayload {
  @Field(() => TrashEntry, { nullable: true, description: "The version in the trash; null when it is not." })
  trashEntry!: TrashEntry | null;

  @Field(() => TrashContents, { nullable: true, description: contentsDescription })
  contents!: TrashContents | null;

  @Field(() => [UserError], { description: "Why it was refused; empty when it was not." })
  userErrors!: UserError[];
}

@ObjectType({ description: "What came of `deleteModel`." })
export class DeleteModelPayload {
  @Field(() => TrashEntry, { nullable: true, description: "The model in the trash; null when it is not." })
  trashEntry!: TrashEntry | null;

  @Field(() => TrashContents, { nullable: true, description: contentsDescription })
  contents!: TrashContents | null;

  @Field(() => [UserError], { description: "Why it was refused; empty when it was not." })
  userErrors!: UserError[];
}

@Resolver()
export class DeleteResolver {
  @Mutation(() => DeleteModelVersionPayload, {
    description:
      "Puts a version into the trash: only the trash and its mutations find it any more, and its name is free for another. It can be restored.",
  })
  async deleteModelVersion(
    @Arg("id", () => ID, { description: "The version." }) id: string,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<DeleteModelVersionPayload> {
    const { row, result, userErrors } = await edit(context, {
      type: "ModelVersion",
      id,
      dryRun,
      write: (tx, uuid) => deleteModelVersion(tx, viewerOf(context), uuid, context.trashDays),
      read: trashEntryById,
    });
    return { trashEntry: row, contents: result, userErrors };
  }

  @Mutation(() => DeleteModelPayload, {
    description:
      "Puts a model into the trash: only the trash and its mutations find it any more, and its name is free for another. It can be restored.",
  })
  async deleteModel(
    @Arg("id", () => ID, { description: "The model." }) id: string,
    @Arg("cascade", () => Boolean, {
      defaultValue: false,
      description:
        "Deletes its versions with it; they come back with it too. Without it, a model with versions is refused. Needs the role ADMIN.",
    })
    cascade: boolean,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<DeleteModelPayload> {
    const { trashDays } = context;
    const { row, result, userErrors } = await edit(context, {
      type: "Model",
      id,
      dryRun,
      write: (tx, uuid) => deleteModel(tx, viewerOf(context), uuid, { cascade, trashDays }),
      read: trashEntryById,
    });
    return { trashEntry: row, contents: result, userErrors };
  }
}
