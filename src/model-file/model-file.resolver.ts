import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { blobById } from "../blob/blob.ts";
import { canRunCode, FileFormat } from "../blob/file-format.ts";
import type { Context } from "../context.ts";
import { ModelVersion, modelVersionById } from "../model-version/model-version.ts";
import type { Connection } from "../page/connection.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { ByteSize, DateTime } from "../scalars.ts";
import { StorageConnector, storageConnectorById } from "../storage-connector/storage-connector.ts";
import { normalizeName } from "../text.ts";
import { User, userById } from "../user/user.ts";
import { FileStatus, statusOf } from "./file-status.ts";
import { ModelFileOrder, ModelFileOrderField, ModelFileWhere } from "./model-file.input.ts";
import {
  fileByName,
  filesOf,
  ModelFile,
  ModelFileConnection,
  SizeCategory,
  smallFile,
} from "./model-file.ts";

@Resolver(() => ModelFile)
export class ModelFileResolver {
  @FieldResolver(() => ByteSize, {
    description: "Its size in bytes; as it was announced until the registry has read them.",
  })
  async size(@Root() { blobId }: ModelFile, @Ctx() context: Context): Promise<number> {
    return (await blobById(context, blobId)).size ?? 0;
  }

  @FieldResolver(() => SizeCategory, { description: "Whether it is small or large." })
  async sizeCategory(@Root() { blobId }: ModelFile, @Ctx() context: Context): Promise<SizeCategory> {
    const { size } = await blobById(context, blobId);
    return (size ?? 0) > smallFile ? SizeCategory.LARGE : SizeCategory.SMALL;
  }

  @FieldResolver(() => FileStatus, { description: "Whether its bytes are what they should be." })
  async status(@Root() { blobId }: ModelFile, @Ctx() context: Context): Promise<FileStatus> {
    return statusOf(await blobById(context, blobId));
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "The SHA-256 of its bytes, as 64 lower-case hex digits, computed by the registry itself; of a file that is CORRUPT " +
      "the one that it should have; null while it is VERIFYING.",
  })
  async sha256(@Root() { blobId }: ModelFile, @Ctx() context: Context): Promise<string | null> {
    const blob = await blobById(context, blobId);
    return statusOf(blob) === FileStatus.VERIFYING ? null : (blob.sha256?.toString("hex") ?? null);
  }

  @FieldResolver(() => FileFormat, {
    nullable: true,
    description: "What its bytes look like, whatever its name says; null until the registry has read them.",
  })
  async format(@Root() { blobId }: ModelFile, @Ctx() context: Context): Promise<FileFormat | null> {
    return (await blobById(context, blobId)).format;
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      "Whether loading it can run code, as pickles can, by its format; null until the registry has read the bytes, and where the " +
      "format does not tell: ZIP and HDF5 can hold code, TENSORFLOW is a program, and UNKNOWN can be anything. False is no " +
      "promise: it is what the bytes look like.",
  })
  async canRunCode(@Root() { blobId }: ModelFile, @Ctx() context: Context): Promise<boolean | null> {
    const { format } = await blobById(context, blobId);
    return format && canRunCode(format);
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: "When the registry last read all of its bytes; null until it has.",
  })
  async verifiedAt(@Root() { blobId }: ModelFile, @Ctx() context: Context): Promise<Date | null> {
    return (await blobById(context, blobId)).checkedAt;
  }

  @FieldResolver(() => ModelVersion, { description: "The version that it belongs to." })
  modelVersion(@Root() { modelVersionId }: ModelFile, @Ctx() context: Context): Promise<ModelVersion | null> {
    return modelVersionById(context, modelVersionId);
  }

  @FieldResolver(() => StorageConnector, { description: "Where its bytes are." })
  async storageConnector(
    @Root() { blobId }: ModelFile,
    @Ctx() context: Context,
  ): Promise<StorageConnector | null> {
    const { storageConnectorId } = await blobById(context, blobId);
    return storageConnectorById(context, storageConnectorId);
  }

  @FieldResolver(() => User, { description: "Who added the file." })
  createdBy(@Root() { createdById }: ModelFile, @Ctx() context: Context): Promise<User | null> {
    return userById(context, createdById);
  }
}

@Resolver(() => ModelVersion)
export class FilesOfModelVersionResolver {
  @FieldResolver(() => ModelFile, {
    nullable: true,
    description: "The file of the version that has this name; null when there is none.",
  })
  file(
    @Root() { id }: ModelVersion,
    @Arg("name", () => String, { description: "Its name, such as `weights`." }) name: string,
    @Ctx() context: Context,
  ): Promise<ModelFile | null> {
    return fileByName(context, id, normalizeName(name));
  }

  @FieldResolver(() => ModelFileConnection, { description: "The files of the version." })
  files(
    @Root() version: ModelVersion,
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => ModelFileWhere, { nullable: true, description: "Which files." })
    where: ModelFileWhere | null,
    @Arg("orderBy", () => ModelFileOrder, {
      defaultValue: { field: ModelFileOrderField.NAME, direction: Direction.ASC },
      description: "In which order.",
    })
    orderBy: ModelFileOrder,
    @Ctx() context: Context,
  ): Promise<Connection<ModelFile>> {
    return filesOf(context, version.id, { page, where, orderBy });
  }
}
