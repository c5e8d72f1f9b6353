import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { Model, modelById } from "../model/model.ts";
import { ModelFile, modelFileById } from "../model-file/model-file.ts";
import { ModelVersion, modelVersionById } from "../model-version/model-version.ts";
import { edit } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { dryRunDescription } from "../revision.ts";
import { restoreModel, restoreModelFile, restoreModelVersion } from "./restore.ts";

const nameDescription =
  "A new name, such as is needed where the old one is taken by now; without it, it has the old one again.";

const RestoreModelFilePayload = payloadType("restoreModelFile", {
  modelFile: [ModelFile, "The file; null when it is not live."],
});

const RestoreModelVersionPayload = payloadType("restoreModelVersion", {
  modelVersion: [ModelVersion, "The version; null when it is not live."],
});

const RestoreModelPayload = payloadType("restoreModel", {
  model: [Model, "The model; null when it is not live."],
});

@Resolver()
export class RestoreResolver {
  @Mutation(() => RestoreModelFilePayload, {
    description: "Takes a file that was deleted by itself out of the trash, back into its version.",
  })
  async restoreModelFile(
    @Arg("id", () => ID, { description: "The file: `objectId` of its entry in the trash." }) id: string,
    @Arg("name", () => String, { nullable: true, description: nameDescription }) name: string | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ modelFile: ModelFile }>> {
    const { row, userErrors } = await edit(context, {
      type: "ModelFile",
      id,
      dryRun,
      write: (tx, uuid) => restoreModelFile(tx, viewerOf(context), uuid, name),
      read: modelFileById,
    });
    return { modelFile: row, userErrors };
  }

  @Mutation(() => RestoreModelVersionPayload, {
    description:
      "Takes a version that was deleted by itself out of the trash. It has its number and everything else again; only a new name " +
      "counts as a change of its About section. A file that had been deleted by itself stays in the trash.",
  })
  async restoreModelVersion(
    @Arg("id", () => ID, { description: "The version: `objectId` of its entry in the trash." }) id: string,
    @Arg("name", () => String, { nullable: true, description: nameDescription }) name: string | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ modelVersion: ModelVersion }>> {
    const { row, userErrors } = await edit(context, {
      type: "ModelVersion",
      id,
      dryRun,
      write: (tx, uuid) => restoreModelVersion(tx, viewerOf(context), uuid, name),
      read: modelVersionById,
    });
    return { modelVersion: row, userErrors };
  }

  @Mutation(() => RestoreModelPayload, {
    description:
      "Takes a model out of the trash, with exactly the versions that were deleted with it, as they were. A version that had been " +
      "deleted by itself stays in the trash.",
  })
  async restoreModel(
    @Arg("id", () => ID, { description: "The model: `objectId` of its entry in the trash." }) id: string,
    @Arg("name", () => String, { nullable: true, description: nameDescription }) name: string | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ model: Model }>> {
    const { row, userErrors } = await edit(context, {
      type: "Model",
      id,
      dryRun,
      write: (tx, uuid) => restoreModel(tx, viewerOf(context), uuid, name),
      read: modelById,
    });
    return { model: row, userErrors };
  }
}
