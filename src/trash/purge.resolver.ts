import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, ID, Info, Mutation, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { edit } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { dryRunDescription } from "../revision.ts";
import { DeletionImpact, impactDescription, impactIfSelected } from "./deletion-impact.ts";
import { purgeModel, purgeModelFile, purgeModelVersion } from "./purge.ts";
import { Tombstone, tombstoneById } from "./tombstone.ts";
import { TrashContents } from "./trash-contents.ts";

const contentsDescription =
  "How much was purged, or would be by a dry run, what had been deleted before it by itself included; null when it was refused.";

const outcome: { [part: string]: [object, string] } = {
  contents: [TrashContents, contentsDescription],
  impact: [DeletionImpact, impactDescription],
};

const PurgeModelFilePayload = payloadType("purgeModelFile", {
  tombstone: [Tombstone, "What is left; null when it was not purged."],
  ...outcome,
});

const PurgeModelVersionPayload = payloadType("purgeModelVersion", {
  tombstone: [Tombstone, "What is left; null when it was not purged."],
  ...outcome,
});

const PurgeModelPayload = payloadType("purgeModel", {
  tombstone: [Tombstone, "What is left; null when it was not purged."],
  ...outcome,
});

interface Purged {
  tombstone: Tombstone;
  contents: TrashContents;
  impact: DeletionImpact;
}

const nothing = { contents: null, impact: null };

@Resolver()
export class PurgeResolver {
  @Mutation(() => PurgeModelFilePayload, {
    description:
      "Takes everything from a file in the trash but a tombstone, for ever. Soon after, its bytes are removed from the storage, unless " +
      "another file has them too.",
  })
  async purgeModelFile(
    @Arg("id", () => ID, { description: "The file: `objectId` of its entry in the trash." }) id: string,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload<Purged>> {
    const { row, result, userErrors } = await edit(context, {
      type: "ModelFile",
      id,
      dryRun,
      write: async (tx, uuid) => {
        const { entries, contents } = await purgeModelFile(tx, viewerOf(context), uuid);
        return { contents, impact: await impactIfSelected(info, tx, entries) };
      },
      read: tombstoneById,
    });
    return { tombstone: row, ...(result ?? nothing), userErrors };
  }

  @Mutation(() => PurgeModelVersionPayload, {
    description:
      "Takes everything from a version in the trash but a tombstone, for ever: its labels, parameters, docker image, files and " +
      "source experiment are gone.",
  })
  async purgeModelVersion(
    @Arg("id", () => ID, { description: "The version: `objectId` of its entry in the trash." }) id: string,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload<Purged>> {
    const { row, result, userErrors } = await edit(context, {
      type: "ModelVersion",
      id,
      dryRun,
      write: async (tx, uuid) => {
        const { entries, contents } = await purgeModelVersion(tx, viewerOf(context), uuid);
        return { contents, impact: await impactIfSelected(info, tx, entries) };
      },
      read: tombstoneById,
    });
    return { tombstone: row, ...(result ?? nothing), userErrors };
  }

  @Mutation(() => PurgeModelPayload, {
    description:
      "Takes everything from a model in the trash, and from all its versions there, but tombstones, for ever.",
  })
  async purgeModel(
    @Arg("id", () => ID, { description: "The model: `objectId` of its entry in the trash." }) id: string,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload<Purged>> {
    const { row, result, userErrors } = await edit(context, {
      type: "Model",
      id,
      dryRun,
      write: async (tx, uuid) => {
        const { entries, contents } = await purgeModel(tx, viewerOf(context), uuid);
        return { contents, impact: await impactIfSelected(info, tx, entries) };
      },
      read: tombstoneById,
    });
    return { tombstone: row, ...(result ?? nothing), userErrors };
  }
}
