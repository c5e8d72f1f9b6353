import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { edit } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { dryRunDescription } from "../revision.ts";
import { deleteModel, deleteModelFile, deleteModelVersion } from "./delete.ts";
import { TrashContents } from "./trash-contents.ts";
import { TrashEntry, trashEntryById } from "./trash-entry.ts";

const contentsDescription = "How much was deleted, or would be by a dry run; null when it was refused.";

const DeleteModelFilePayload = payloadType("deleteModelFile", {
  trashEntry: [TrashEntry, "The file in the trash; null when it is not."],
  contents: [TrashContents, contentsDescription],
});

const DeleteModelVersionPayload = payloadType("deleteModelVersion", {
  trashEntry: [TrashEntry, "The version in the trash; null when it is not."],
  contents: [TrashContents, contentsDescription],
});

const DeleteModelPayload = payloadType("deleteModel", {
  trashEntry: [TrashEntry, "The model in the trash; null when it is not."],
  contents: [TrashContents, contentsDescription],
});

@Resolver()
export class DeleteResolver {
  @Mutation(() => DeleteModelFilePayload, {
    description:
      "Puts a file into the trash: only the trash and its mutations find it any more, and its name is free for another. It can be restored.",
  })
  async deleteModelFile(
    @Arg("id", () => ID, { description: "The file." }) id: string,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ trashEntry: TrashEntry; contents: TrashContents }>> {
    const { row, result, userErrors } = await edit(context, {
      type: "ModelFile",
      id,
      dryRun,
      write: (tx, uuid) => deleteModelFile(tx, viewerOf(context), uuid, context.trashDays),
      read: trashEntryById,
    });
    return { trashEntry: row, contents: result, userErrors };
  }

  @Mutation(() => DeleteModelVersionPayload, {
    description:
      "Puts a version into the trash: only the trash and its mutations find it any more, and its name is free for another. It can be restored.",
  })
  async deleteModelVersion(
    @Arg("id", () => ID, { description: "The version." }) id: string,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ trashEntry: TrashEntry; contents: TrashContents }>> {
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
  ): Promise<Payload<{ trashEntry: TrashEntry; contents: TrashContents }>> {
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
