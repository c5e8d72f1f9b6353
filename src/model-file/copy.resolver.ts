import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import type { Context } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { create } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { CopyModelFileInput } from "./copy-model-file.input.ts";
import { copyModelFile } from "./copy-model-file.ts";
import { ModelFile, modelFileById } from "./model-file.ts";

const CopyModelFilePayload = payloadType("copyModelFile", {
  modelFile: [ModelFile, "The copy; null when it was refused."],
});

@Resolver()
export class CopyModelFileResolver {
  @Mutation(() => CopyModelFilePayload, {
    description:
      "Adds a file to a version that has the bytes of another file. None are moved, however large it is; each can be deleted without " +
      "the other.",
  })
  async copyModelFile(
    @Arg("id", () => ID, { description: "The file to copy; its bytes have to be READY." }) id: string,
    @Arg("modelVersionId", () => ID, {
      description: "The version that gets the copy; it can be the file's own.",
    })
    modelVersionId: string,
    @Arg("input", () => CopyModelFileInput, { description: "How the copy is called." })
    input: CopyModelFileInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ modelFile: ModelFile }>> {
    const { row, userErrors } = await create(context, {
      idempotencyKey,
      write: (tx) => copyModelFile(tx, context, { id, modelVersionId, input, idempotencyKey }),
      read: modelFileById,
    });
    return { modelFile: row, userErrors };
  }
}
