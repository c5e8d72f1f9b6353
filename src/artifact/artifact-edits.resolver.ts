import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { Experiment, experimentById } from "../experiment/experiment.ts";
import { askForReading } from "../file/ask-for-reading.ts";
import { createFile } from "../file/create-file.ts";
import { type NewFileInput, newFileInput, retryDescription } from "../file/file.input.ts";
import { edit } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { filesOfExperiments } from "./add-artifact.ts";
import { Artifact, artifactById, visible } from "./artifact.ts";
import { deleteArtifact } from "./delete-artifact.ts";

const CreateArtifactInput = newFileInput("CreateArtifactInput", "experiment", "which is gone");

const CreateArtifactPayload = payloadType("createArtifact", {
  artifact: [Artifact, "The new artifact; null when it was refused."],
});

const VerifyArtifactPayload = payloadType("verifyArtifact", {
  artifact: [Artifact, "The artifact as it is now; null when there is none."],
});

const DeleteArtifactPayload = payloadType("deleteArtifact", {
  deletedId: [ID, "The id that the artifact had; null when it was refused."],
  experiment: [Experiment, "The experiment without it; null when it was refused."],
});

@Resolver()
export class ArtifactEditsResolver {
  @Mutation(() => CreateArtifactPayload, {
    description:
      "Adds a file to an experiment that has neither ended nor been exported: its bytes come in the same request, which is a " +
      "GraphQL multipart request. Large files are better sent in parts: see `beginArtifactUpload`.",
  })
  async createArtifact(
    @Arg("experimentId", () => ID, { description: "The experiment." }) experimentId: string,
    @Arg("input", () => CreateArtifactInput, { description: "The file." }) input: NewFileInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: retryDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ artifact: Artifact }>> {
    const given = { ownerId: experimentId, input, idempotencyKey };
    const { row, userErrors } = await createFile(context, filesOfExperiments, given, artifactById);
    return { artifact: row, userErrors };
  }

  @Mutation(() => DeleteArtifactPayload, {
    description:
      "Takes a file from an experiment that has neither ended nor been exported. It does not come back: artifacts have no trash. " +
      "Its bytes stay where another file has them too.",
  })
  async deleteArtifact(
    @Arg("id", () => ID, { description: "The artifact." }) id: string,
    @Ctx() context: Context,
  ): Promise<Payload<{ deletedId: string; experiment: Experiment }>> {
    const { result, userErrors } = await edit(context, {
      type: "Artifact",
      id,
      write: (tx, uuid) => deleteArtifact(tx, viewerOf(context), uuid),
      read: async () => null,
    });
    if (result === null) return { deletedId: null, experiment: null, userErrors };
    return { deletedId: id, experiment: await experimentById(context, result), userErrors };
  }

  @Mutation(() => VerifyArtifactPayload, {
    description:
      "Has the bytes of an artifact read again, as `verifyModelFile` does; also when its experiment is over.",
  })
  async verifyArtifact(
    @Arg("id", () => ID, { description: "The artifact." }) id: string,
    @Ctx() context: Context,
  ): Promise<Payload<{ artifact: Artifact }>> {
    const { row, userErrors } = await edit(context, {
      type: "Artifact",
      id,
      write: (tx, uuid) => askForReading(tx, context, { type: Artifact, visible }, uuid),
      read: artifactById,
    });
    context.verifySoon();
    return { artifact: row, userErrors };
  }
}
