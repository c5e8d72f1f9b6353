import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import type { EntityManager } from "typeorm";
import { type Context, viewerOf } from "../context.ts";
import { edit } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { rows } from "../rows.ts";
import { notFound } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
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
      write: (tx, uuid) => askForReading(tx, viewerOf(context), uuid),
      read: modelFileById,
    });
    context.verifySoon();
    return { modelFile: row, userErrors };
  }
}

/** A reading that somebody else has asked for counts: otherwise a file that is asked for often would never be read to its end. */
async function askForReading(tx: EntityManager, { organizationId }: Viewer, fileUuid: string): Promise<void> {
  const [file] = await rows(tx, ModelFile, `where r.id = $1 and ${visible}`, [fileUuid, organizationId]);
  if (!file) notFound("file", ["id"]);
  await tx.query(
    `update blob set check_at = clock_timestamp()
     where id = $1 and state in ('READY', 'CORRUPT') and check_at is null`,
    [file.blobId],
  );
}
