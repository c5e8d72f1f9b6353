import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import type { Context } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { create, transact } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { createModelFile, foreseeModelFile } from "./create-model-file.ts";
import { CreateModelFileInput } from "./model-file.input.ts";
import { ModelFile, modelFileById } from "./model-file.ts";

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
    { file, ...input }: CreateModelFileInput,
    @Arg("idempotencyKey", () => String, {
      nullable: true,
      description: `${idempotencyKeyDescription} It is answered before the file has arrived again: of two files, only the \`sha256\` in the input is compared.`,
    })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ modelFile: ModelFile }>> {
    const request = { modelVersionId, input, filename: await file.filename, idempotencyKey };
    const foreseen = await transact(context, async (tx) => ({
      before: await foreseeModelFile(tx, context, request),
    }));
    if (!foreseen.result) return { modelFile: null, userErrors: foreseen.userErrors };

    const { before } = foreseen.result;
    const staged = before === null && (await file.arrived);
    const { row, userErrors } = await create(context, {
      idempotencyKey,
      write: async (tx) => (staged ? createModelFile(tx, context, request, staged) : String(before)),
      read: modelFileById,
    });
    return { modelFile: row, userErrors };
  }
}
