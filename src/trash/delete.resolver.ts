import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, ID, Info, Mutation, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { edit } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { dryRunDescription } from "../revision.ts";
import { deleteModel, deleteModelFile, deleteModelVersion } from "./delete.ts";
import { DeletionImpact, impactDescription, impactIfSelected } from "./deletion-impact.ts";
import { TrashContents } from "./trash-contents.ts";
import { TrashEntry, trashEntryById } from "./trash-entry.ts";

const contentsDescription = "How much was deleted, or would be by a dry run; null when it was refused.";

const outcome: { [part: string]: [object, string] } = {
  contents: [TrashContents, contentsDescription],
  impact: [DeletionImpact, impactDescription],
};

const DeleteModelFilePayload = payloadType("deleteModelFile", {
  trashEntry: [TrashEntry, "The file in the trash; null when it is not."],
  ...outcome,
});

const DeleteModelVersionPayload = payloadType("deleteModelVersion", {
  trashEntry: [TrashEntry, "The version in the trash; null when it is not."],
  ...outcome,
});

const DeleteModelPayload = payloadType("deleteModel", {
  trashEntry: [TrashEntry, "The model in the trash; null when it is not."],
  ...outcome,
});

interface Deleted {
  trashEntry: TrashEntry;
  contents: TrashContents;
  impact: DeletionImpact;
}

const nothing = { contents: null, impact: null };

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
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload<Deleted>> {
    const { row, result, userErrors } = await edit(context, {
      type: "ModelFile",
      id,
      dryRun,
      write: async (tx, uuid) => ({
        contents: await deleteModelFile(tx, viewerOf(context), uuid, context.trashDays),
        impact: await impactIfSelected(info, tx, [uuid]),
      }),
      read: trashEntryById,
    });
    return { trashEntry: row, ...(result ?? nothing), userErrors };
  }

  @Mutation(() => DeleteModelVersionPayload, {
    description:
      "Puts a version into the trash: only the trash and its mutations find it any more, and its name is free for another. It can be restored.",
  })
  async deleteModelVersion(
    @Arg("id", () => ID, { description: "The version." }) id: string,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload<Deleted>> {
    const { row, result, userErrors } = await edit(context, {
      type: "ModelVersion",
      id,
      dryRun,
      write: async (tx, uuid) => ({
        contents: await deleteModelVersion(tx, viewerOf(context), uuid, context.trashDays),
        impact: await impactIfSelected(info, tx, [uuid]),
      }),
      read: trashEntryById,
    });
    return { trashEntry: row, ...(result ?? nothing), userErrors };
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
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload<Deleted>> {
    const { trashDays } = context;
    const { row, result, userErrors } = await edit(context, {
      type: "Model",
      id,
      dryRun,
      write: async (tx, uuid) => ({
        contents: await deleteModel(tx, viewerOf(context), uuid, { cascade, trashDays }),
        impact: await impactIfSelected(info, tx, [uuid]),
      }),
      read: trashEntryById,
    });
    return { trashEntry: row, ...(result ?? nothing), userErrors };
  }
}
