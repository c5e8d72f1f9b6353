import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import type { Context } from "../context.ts";
import { askForReading } from "../file/ask-for-reading.ts";
import { edit } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { ModelFile, modelFileById, visible } from "./model-file.ts";

const VerifyModelFilePayload = payloadType("verifyModelFile", {
  modelFile: [ModelFile, "The file as it is now; null when there is none."],
});

@Resolver()
export class VerifyModelFileResolver {
  @Mutation(() => VerifyModelFilePayload, {
    description:
      "Has the bytes of a file read again, and compared with their digest. That takes its time: when it has been done, `verifiedAt` " +
      "moves, and a file whose bytes are not what they should be is CORRUPT; one that was, and is whole again, is READY.",
  })
  async verifyModelFile(
    @Arg("id", () => ID, { description: "The file." }) id: string,
    @Ctx() context: Context,
  ): Promise<Payload<{ modelFile: ModelFile }>> {
    const { row, userErrors } = await edit(context, {
      type: "ModelFile",
      id,
      write: (tx, uuid) => askForReading(tx, context, { type: ModelFile, visible }, uuid),
      read: modelFileById,
    });
    context.verifySoon();
    return { modelFile: row, userErrors };
  }
}
