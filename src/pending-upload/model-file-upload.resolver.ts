import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import { blobById } from "../blob/blob.ts";
import { openParts } from "../blob/stage-parts.ts";
import type { Context } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { limits } from "../limits.ts";
import { ModelFile, modelFileById } from "../model-file/model-file.ts";
import { create, edit } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import type { StoredPart } from "../storage-connector/storage.ts";
import { abortModelFileUpload, removeParts } from "./abort-model-file-upload.ts";
import { beginModelFileUpload } from "./begin-model-file-upload.ts";
import { completeModelFileUpload, readParts } from "./complete-model-file-upload.ts";
import { BeginModelFileUploadInput, CompleteModelFileUploadInput } from "./pending-upload.input.ts";
import { PendingUpload, pendingUploadById } from "./pending-upload.ts";

const BeginModelFileUploadPayload = payloadType("beginModelFileUpload", {
  pendingUpload: [PendingUpload, "The upload, which waits for its parts; null when it was refused."],
});

const CompleteModelFileUploadPayload = payloadType("completeModelFileUpload", {
  modelFile: [ModelFile, "The new file, which is VERIFYING at first; null when it was refused."],
  pendingUpload: [
    PendingUpload,
    "The upload as it is now, also when its completion was refused; null when there is none.",
  ],
});

const AbortModelFileUploadPayload = payloadType("abortModelFileUpload", {
  abortedId: [ID, "The id that the upload had; null when it was refused."],
});

@Resolver()
export class ModelFileUploadResolver {
  @Mutation(() => BeginModelFileUploadPayload, {
    description:
      "Begins to upload a file in parts, for what is large or has to survive a crash of either side: send the parts to their " +
      `\`partUrls\`, then complete the upload. It may take ${limits.uploadDays} days.`,
  })
  async beginModelFileUpload(
    @Arg("modelVersionId", () => ID, { description: "The version that gets the file." })
    modelVersionId: string,
    @Arg("input", () => BeginModelFileUploadInput, { description: "The file." })
    input: BeginModelFileUploadInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ pendingUpload: PendingUpload }>> {
    const { row, userErrors } = await create(context, {
      idempotencyKey,
      write: (tx) => beginModelFileUpload(tx, context, { modelVersionId, input, idempotencyKey }),
      read: openedUploadById,
    });
    return { pendingUpload: row, userErrors };
  }

  @Mutation(() => CompleteModelFileUploadPayload, {
    description:
      "Makes a file of the parts of an upload. The registry then joins and reads them: the file is VERIFYING until that has been " +
      "done. Done again after an answer that was lost, it gives the same file.",
  })
  async completeModelFileUpload(
    @Arg("id", () => ID, { description: "The upload." }) id: string,
    @Arg("input", () => CompleteModelFileUploadInput, { description: "The parts that were sent." })
    input: CompleteModelFileUploadInput,
    @Ctx() context: Context,
  ): Promise<Payload<{ modelFile: ModelFile; pendingUpload: PendingUpload }>> {
    let parts: StoredPart[] = [];
    const { row, result, userErrors } = await edit(context, {
      type: "PendingUpload",
      id,
      first: async (uuid) => {
        parts = await readParts(context, uuid, input.parts);
      },
      write: (tx, uuid) => completeModelFileUpload(tx, context, uuid, parts),
      read: pendingUploadById,
    });
    if (result === null) return { modelFile: null, pendingUpload: row, userErrors };
    context.verifySoon();
    return { modelFile: await modelFileById(context, result), pendingUpload: row, userErrors };
  }

  @Mutation(() => AbortModelFileUploadPayload, {
    description:
      "Gives an upload up, and removes its parts. One that has been aborted before is not found; one that has been completed is refused.",
  })
  async abortModelFileUpload(
    @Arg("id", () => ID, { description: "The upload." }) id: string,
    @Ctx() context: Context,
  ): Promise<Payload<{ abortedId: string }>> {
    const { result: aborted, userErrors } = await edit(context, {
      type: "PendingUpload",
      id,
      write: (tx, uuid) => abortModelFileUpload(tx, context, uuid),
      read: async () => null,
    });
    if (aborted !== null) await removeParts(context, aborted);
    return { abortedId: aborted === null ? null : id, userErrors };
  }
}

/** The storage hears of the upload when the database has it for good. */
async function openedUploadById(context: Context, uuid: string): Promise<PendingUpload | null> {
  const upload = await pendingUploadById(context, uuid);
  if (upload?.blobId) await openParts(context, await blobById(context, upload.blobId));
  return upload;
}
