import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from "type-graphql";
import { blobById } from "../blob/blob.ts";
import { spend } from "../budget.ts";
import type { Context } from "../context.ts";
import { Experiment, experimentById } from "../experiment/experiment.ts";
import { File } from "../file/file.ts";
import { limits } from "../limits.ts";
import { ModelVersion, modelVersionById } from "../model-version/model-version.ts";
import { uuidOf } from "../node/id.ts";
import { HandsOn, Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { authorOf, User } from "../user/user.ts";
import { partUrls } from "./part-urls.ts";
import { fileOf, PendingUpload, pendingUploadById, pendingUploadsOf } from "./pending-upload.ts";
import { PartUrl, UploadedPart } from "./uploaded-part.ts";

@Resolver(() => PendingUpload)
export class PendingUploadResolver {
  @HandsOn()
  @Query(() => PendingUpload, {
    nullable: true,
    description:
      "One upload in parts, also after it was completed; null when there is none, when it was aborted, and when its time is over.",
  })
  async pendingUpload(
    @Arg("id", () => ID, { description: "The upload." }) id: string,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PendingUpload | null> {
    return pendingUploadById(context, uuidOf("PendingUpload", id, ["id"]), info);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "The SHA-256 that was announced, as 64 lower-case hex digits; null when none was, and once it is completed.",
  })
  async sha256(@Root() { blobId }: PendingUpload, @Ctx() context: Context): Promise<string | null> {
    const blob = blobId === null ? null : await blobById(context, blobId);
    return blob?.sha256?.toString("hex") ?? null;
  }

  @FieldResolver(() => [UploadedPart], {
    description:
      "The parts that are there, in the order of their numbers: whoever goes on after a crash sends the others. Empty once it is completed.",
  })
  async parts(@Root() upload: PendingUpload, @Ctx() context: Context): Promise<UploadedPart[]> {
    spend(context, upload.partCount);
    const blob = upload.blobId === null ? null : await blobById(context, upload.blobId);
    if (!blob?.partsId || blob.state !== "STAGED") return [];
    const storage = await context.storages.of(context.db, blob.storageConnectorId);
    return storage.listParts(blob.id, blob.partsId);
  }

  @FieldResolver(() => [PartUrl], {
    description:
      "Where parts are sent, with a PUT each, in any order and several at once; a part that is sent again replaces the earlier one. " +
      "Needs the role EDITOR.",
  })
  async partUrls(
    @Root() upload: PendingUpload,
    @Arg("numbers", () => [Int], {
      description: `The numbers of the parts: 1 to ${limits.partUrls} of them at once.`,
    })
    numbers: number[],
    @Arg("expiresIn", () => Int, {
      defaultValue: 3_600,
      description: `For how many seconds the URLs are good: 1 to ${limits.partUrlSeconds}.`,
    })
    expiresIn: number,
    @Ctx() context: Context,
  ): Promise<PartUrl[]> {
    spend(context, numbers.length);
    return partUrls(context, upload, numbers, expiresIn);
  }

  @FieldResolver(() => File, {
    nullable: true,
    description: "The file that it has become; null until it is completed, and when that has been deleted.",
  })
  async file(@Root() upload: PendingUpload, @Ctx() context: Context): Promise<File | null> {
    return fileOf(context, upload);
  }

  @FieldResolver(() => ModelVersion, {
    nullable: true,
    description: "The version that gets the file; null when an experiment does.",
  })
  async modelVersion(
    @Root() { modelVersionId }: PendingUpload,
    @Ctx() context: Context,
  ): Promise<ModelVersion | null> {
    return modelVersionId === null ? null : modelVersionById(context, modelVersionId);
  }

  @FieldResolver(() => Experiment, {
    nullable: true,
    description: "The experiment that gets the file; null when a version does.",
  })
  async experiment(
    @Root() { experimentId }: PendingUpload,
    @Ctx() context: Context,
  ): Promise<Experiment | null> {
    return experimentId === null ? null : experimentById(context, experimentId);
  }

  @Reads(authorOf)
  @FieldResolver(() => User, { description: "Who began it." })
  createdBy(@Root() row: PendingUpload, @Ctx() context: Context): Soon<User | null> {
    return authorOf(context, row);
  }
}

@Resolver(() => ModelVersion)
export class UploadsOfModelVersionResolver {
  @FieldResolver(() => [PendingUpload], {
    description: `The uploads in parts that are under way for the version, the first one first; at most ${limits.pendingUploads}.`,
  })
  pendingUploads(@Root() { id }: ModelVersion, @Ctx() context: Context): Promise<PendingUpload[]> {
    return pendingUploadsOf(context, id);
  }
}

@Resolver(() => Experiment)
export class UploadsOfExperimentResolver {
  @FieldResolver(() => [PendingUpload], {
    description: `The uploads in parts that are under way for the experiment, the first one first; at most ${limits.pendingUploads}.`,
  })
  pendingUploads(@Root() { id }: Experiment, @Ctx() context: Context): Promise<PendingUpload[]> {
    return pendingUploadsOf(context, id);
  }
}
