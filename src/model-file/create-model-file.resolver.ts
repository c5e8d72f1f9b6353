import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import type { Context } from "../context.ts";
import { createFile } from "../file/create-file.ts";
import { type NewFileInput, newFileInput, retryDescription } from "../file/file.input.ts";
import { type Payload, payloadType } from "../payload.ts";
import { filesOfVersions } from "./add-model-file.ts";
import { ModelFile, modelFileById } from "./model-file.ts";

const CreateModelFileInput = newFileInput("CreateModelFileInput", "version", "which goes into the trash");

const CreateModelFilePayload = payloadType("createModelFile", {
  modelFile: [ModelFile, "The new file; null when it was refused."],
});

@Resolver()
export class CreateModelFileResolver {
  @Mutation(() => CreateModelFilePayload, {
    description:
      "Adds a file to a version: its bytes come in the same request, which is a GraphQL multipart request. Large files are " +
      "better sent in parts: see `beginModelFileUpload`.",
  })
  async createModelFile(
    @Arg("modelVersionId", () => ID, { description: "The version." }) modelVersionId: string,
    @Arg("input", () => CreateModelFileInput, { description: "The file." })
    input: NewFileInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: retryDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ modelFile: ModelFile }>> {
    const given = { ownerId: modelVersionId, input, idempotencyKey };
    const { row, userErrors } = await createFile(context, filesOfVersions, given, modelFileById);
    return { modelFile: row, userErrors };
  }
}
