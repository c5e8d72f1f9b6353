import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import { filesOfExperiments } from "../artifact/add-artifact.ts";
import { blobById } from "../blob/blob.ts";
import { openParts } from "../blob/stage-parts.ts";
import type { Context } from "../context.ts";
import { File } from "../file/file.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { limits } from "../limits.ts";
import { filesOfVersions } from "../model-file/add-model-file.ts";
import { create, edit } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import type { StoredPart } from "../storage-connector/storage.ts";
import { abortUpload, removeParts } from "./abort-upload.ts";
import { type BeginUploadRequest, beginUpload } from "./begin-upload.ts";
import { completeUpload, readParts } from "./complete-upload.ts";
import { type BeginUploadInput, beginUploadInput, CompleteUploadInput } from "./pending-upload.input.ts";
import { fileOf, PendingUpload, pendingUploadById } from "./pending-upload.ts";

const BeginModelFileUploadInput = beginUploadInput(
  "BeginModelFileUploadInput",
  "version",
  "which goes into the trash",
);

const BeginArtifactUploadInput = beginUploadInput("BeginArtifactUploadInput", "experiment", "which is gone");

const begun = {
  pendingUpload: [PendingUpload, "The upload, which waits for its parts; null when it was refused."],
} satisfies Parameters<typeof payloadType>[1];

const BeginModelFileUploadPayload = payloadType("beginModelFileUpload", begun);

const BeginArtifactUploadPayload = payloadType("beginArtifactUpload", begun);

const CompleteUploadPayload = payloadType("completeUpload", {
  file: [File, "The new file, which is VERIFYING at first; null when it was refused."],
  pendingUpload: [
    PendingUpload,
    "The upload as it is now, also when its completion was refused; null when there is none.",
  ],
});

const AbortUploadPayload = payloadType("abortUpload", {
  abortedId: [ID, "The id that the upload had; null when it was refused."],
});

@Resolver()
export class UploadResolver {
  @Mutation(() => BeginModelFileUploadPayload, {
    description:
      "Begins to upload a file in parts, for what is large or has to survive a crash of either side: send the parts to their " +
      `\`partUrls\`, then complete the upload. It may take ${limits.uploadDays} days.`,
  })
  async beginModelFileUpload(
    @Arg("modelVersionId", () => ID, { description: "The version that gets the file." })
    modelVersionId: string,
    @Arg("input", () => BeginModelFileUploadInput, { description: "The file." })
    input: BeginUploadInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ pendingUpload: PendingUpload }>> {
    return begin(context, { owner: filesOfVersions, ownerId: modelVersionId, input, idempotencyKey });
  }

  @Mutation(() => BeginArtifactUploadPayload, {
    description:
      "Begins to upload a file of an experiment in parts, as `beginModelFileUpload` does one of a version. The experiment has to " +
      "go on until the upload is completed.",
  })
  async beginArtifactUpload(
    @Arg("experimentId", () => ID, { description: "The experiment that gets the file." })
    experimentId: string,
    @Arg("input", () => BeginArtifactUploadInput, { description: "The file." })
    input: BeginUploadInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ pendingUpload: PendingUpload }>> {
    return begin(context, { owner: filesOfExperiments, ownerId: experimentId, input, idempotencyKey });
  }

  @Mutation(() => CompleteUploadPayload, {
    description:
      "Makes a file of the parts of an upload. The registry then joins and reads them: the file is VERIFYING until that has been " +
      "done. Done again after an answer that was lost, it gives the same file.",
  })
  async completeUpload(
    @Arg("id", () => ID, { description: "The upload." }) id: string,
    @Arg("input", () => CompleteUploadInput, { description: "The parts that were sent." })
    input: CompleteUploadInput,
    @Ctx() context: Context,
  ): Promise<Payload<{ file: File; pendingUpload: PendingUpload }>> {
    let parts: StoredPart[] = [];
    const { row, result, userErrors } = await edit(context, {
      type: "PendingUpload",
      id,
      first: async (uuid) => {
        parts = await readParts(context, uuid, input.parts);
      },
      write: (tx, uuid) => completeUpload(tx, context, uuid, parts),
      read: pendingUploadById,
    });
    if (result === null) return { file: null, pendingUpload: row, userErrors };
    context.verifySoon();
    return { file: await fileOf(context, result), pendingUpload: row, userErrors };
  }

  @Mutation(() => AbortUploadPayload, {
    description:
      "Gives an upload up, and removes its parts. One that has been aborted before is not found; one that has been completed is refused.",
  })
  async abortUpload(
    @Arg("id", () => ID, { description: "The upload." }) id: string,
    @Ctx() context: Context,
  ): Promise<Payload<{ abortedId: string }>> {
    const { result: aborted, userErrors } = await edit(context, {
      type: "PendingUpload",
      id,
      write: (tx, uuid) => abortUpload(tx, context, uuid),
      read: async () => null,
    });
    if (aborted !== null) await removeParts(context, aborted);
    return { abortedId: aborted === null ? null : id, userErrors };
  }
}

async function begin(
  context: Context,
  request: BeginUploadRequest,
): Promise<Payload<{ pendingUpload: PendingUpload }>> {
  const { row, userErrors } = await create(context, {
    idempotencyKey: request.idempotencyKey,
    write: (tx) => beginUpload(tx, context, request),
    read: openedUploadById,
  });
  return { pendingUpload: row, userErrors };
}

/** The storage hears of the upload when the database has it for good. */
async function openedUploadById(context: Context, uuid: string): Promise<PendingUpload | null> {
  const upload = await pendingUploadById(context, uuid);
  if (upload?.blobId) await openParts(context, await blobById(context, upload.blobId));
  return upload;
}
