import { Arg, Ctx, ID, Int, Mutation, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { edit } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { dryRunDescription, expectedRevisionDescription } from "../revision.ts";
import { ModelVersion, modelVersionById } from "./model-version.ts";
import { transferModelVersion } from "./transfer-model-version.ts";

const TransferModelVersionPayload = payloadType("transferModelVersion", {
  modelVersion: [
    ModelVersion,
    "The version with its model and number as they are now, also when the transfer was refused; null when there is none.",
  ],
  version: [
    Int,
    "The number that it has in that model, or would have after a dry run; null when it was refused.",
  ],
});

@Resolver()
export class TransferResolver {
  @Mutation(() => TransferModelVersionPayload, {
    description:
      "Moves a version to another model of the organization, where it gets the next number. Its old model and number find it " +
      "from now on, and never lead to another version; see `ModelVersion.previousAddresses`.",
  })
  async transferModelVersion(
    @Arg("id", () => ID, { description: "The version." }) id: string,
    @Arg("modelId", () => ID, { description: "The model that gets it." }) modelId: string,
    @Arg("name", () => String, {
      nullable: true,
      description: "A new name, where its own is taken in that model; without it, it keeps its own.",
    })
    name: string | null,
    @Arg("expectedRevision", () => Int, {
      nullable: true,
      description: `${expectedRevisionDescription} Of the About section.`,
    })
    expectedRevision: number | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ modelVersion: ModelVersion; version: number }>> {
    const { row, result, userErrors } = await edit(context, {
      type: "ModelVersion",
      id,
      dryRun,
      write: (tx, uuid) =>
        transferModelVersion(tx, viewerOf(context), uuid, { modelId, name, expectedRevision }),
      read: modelVersionById,
    });
    return { modelVersion: row, version: result, userErrors };
  }
}
