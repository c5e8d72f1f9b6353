import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { blobById } from "../blob/blob.ts";
import { canRunCode, FileFormat } from "../blob/file-format.ts";
import type { Context } from "../context.ts";
import { limits } from "../limits.ts";
import { ByteSize, DateTime, WebURL } from "../scalars.ts";
import { StorageConnector, storageConnectorById } from "../storage-connector/storage-connector.ts";
import { User, userById } from "../user/user.ts";
import { downloadUrl } from "./download-url.ts";
import { File, SizeCategory, smallFile } from "./file.ts";
import { FileStatus, statusOf } from "./file-status.ts";

/** What both types of files tell of their bytes. */
@Resolver(() => File)
export class FileResolver {
  @FieldResolver(() => ByteSize, {
    description: "Its size in bytes; as it was announced until the registry has read them.",
  })
  async size(@Root() { blobId }: File, @Ctx() context: Context): Promise<number> {
    return (await blobById(context, blobId)).size ?? 0;
  }

  @FieldResolver(() => SizeCategory, { description: "Whether it is small or large." })
  async sizeCategory(@Root() { blobId }: File, @Ctx() context: Context): Promise<SizeCategory> {
    const { size } = await blobById(context, blobId);
    return (size ?? 0) > smallFile ? SizeCategory.LARGE : SizeCategory.SMALL;
  }

  @FieldResolver(() => FileStatus, { description: "Whether its bytes are what they should be." })
  async status(@Root() { blobId }: File, @Ctx() context: Context): Promise<FileStatus> {
    return statusOf(await blobById(context, blobId));
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "The SHA-256 of its bytes, as 64 lower-case hex digits, computed by the registry itself; of a file that is CORRUPT " +
      "the one that it should have; null while it is VERIFYING.",
  })
  async sha256(@Root() { blobId }: File, @Ctx() context: Context): Promise<string | null> {
    const blob = await blobById(context, blobId);
    return statusOf(blob) === FileStatus.VERIFYING ? null : (blob.sha256?.toString("hex") ?? null);
  }

  @FieldResolver(() => FileFormat, {
    nullable: true,
    description: "What its bytes look like, whatever its name says; null until the registry has read them.",
  })
  async format(@Root() { blobId }: File, @Ctx() context: Context): Promise<FileFormat | null> {
    return (await blobById(context, blobId)).format;
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      "Whether loading it can run code, as pickles can, by its format; null until the registry has read the bytes, and where the " +
      "format does not tell: ZIP and HDF5 can hold code, TENSORFLOW is a program, and UNKNOWN can be anything. False is no " +
      "promise: it is what the bytes look like.",
  })
  async canRunCode(@Root() { blobId }: File, @Ctx() context: Context): Promise<boolean | null> {
    const { format } = await blobById(context, blobId);
    return format && canRunCode(format);
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: "When the registry last read all of its bytes; null until it has.",
  })
  async verifiedAt(@Root() { blobId }: File, @Ctx() context: Context): Promise<Date | null> {
    return (await blobById(context, blobId)).checkedAt;
  }

  @FieldResolver(() => StorageConnector, { description: "Where its bytes are." })
  async storageConnector(
    @Root() { blobId }: File,
    @Ctx() context: Context,
  ): Promise<StorageConnector | null> {
    const { storageConnectorId } = await blobById(context, blobId);
    return storageConnectorById(context, storageConnectorId);
  }

  @FieldResolver(() => User, { description: "Who added the file." })
  createdBy(@Root() { createdById }: File, @Ctx() context: Context): Promise<User | null> {
    return userById(context, createdById);
  }

  @FieldResolver(() => WebURL, {
    nullable: true,
    description:
      "Where its bytes can be had without a token, by GET or HEAD, with ranges; null unless it is READY. Whoever has the URL " +
      "can download the file, until it expires, the file is deleted or replaced, or who asked for the URL loses access.",
  })
  async downloadUrl(
    @Root() file: File,
    @Arg("expiresIn", () => Int, {
      defaultValue: 300,
      description: `For how many seconds a download can begin: 1 to ${limits.downloadSeconds}.`,
    })
    expiresIn: number,
    @Ctx() context: Context,
  ): Promise<string | null> {
    const blob = await blobById(context, file.blobId);
    return statusOf(blob) === FileStatus.READY ? downloadUrl(context, file, blob, expiresIn) : null;
  }
}
