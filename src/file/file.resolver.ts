import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, FieldResolver, Info, Int, Resolver, Root } from "type-graphql";
import { type Blob, blobOf, blobSql } from "../blob/blob.ts";
import { canRunCode, canRunCodeSql, FileFormat } from "../blob/file-format.ts";
import type { Context } from "../context.ts";
import { limits } from "../limits.ts";
import type { At } from "../read-ahead/draft.ts";
import { momentJson } from "../read-ahead/leaf-json.ts";
import { InSql, Reads } from "../read-ahead/reads.ts";
import { type Soon, then } from "../read-ahead/soon.ts";
import { ByteSize, DateTime, WebURL } from "../scalars.ts";
import { StorageConnector, storageConnectorById } from "../storage-connector/storage-connector.ts";
import { authorOf, User } from "../user/user.ts";
import { downloadUrl } from "./download-url.ts";
import { File, SizeCategory, smallFile } from "./file.ts";
import { FileStatus, statusOf, statusSql } from "./file-status.ts";

/** What both types of files tell of their bytes. */
@Resolver(() => File)
export class FileResolver {
  @ReadsBlob("size")
  @InSql((file) => sizeSql(blobSql(file)))
  @FieldResolver(() => ByteSize, {
    description: "Its size in bytes; as it was announced until the registry has read them.",
  })
  size(@Root() file: File, @Ctx() context: Context): Soon<number> {
    return ofBlob(context, file, sizeOf);
  }

  @ReadsBlob("size")
  @InSql((file) => `case when ${sizeSql(blobSql(file))} > ${smallFile} then 'LARGE' else 'SMALL' end`)
  @FieldResolver(() => SizeCategory, { description: "Whether it is small or large." })
  sizeCategory(@Root() file: File, @Ctx() context: Context): Soon<SizeCategory> {
    return ofBlob(context, file, (blob) =>
      sizeOf(blob) > smallFile ? SizeCategory.LARGE : SizeCategory.SMALL,
    );
  }

  @ReadsBlob("state")
  @InSql((file) => statusSql(blobSql(file)))
  @FieldResolver(() => FileStatus, { description: "Whether its bytes are what they should be." })
  status(@Root() file: File, @Ctx() context: Context): Soon<FileStatus> {
    return ofBlob(context, file, statusOf);
  }

  @ReadsBlob("state", "sha256")
  @InSql((file) => sha256Sql(blobSql(file)))
  @FieldResolver(() => String, {
    nullable: true,
    description:
      "The SHA-256 of its bytes, as 64 lower-case hex digits, computed by the registry itself; of a file that is CORRUPT " +
      "the one that it should have; null while it is VERIFYING.",
  })
  sha256(@Root() file: File, @Ctx() context: Context): Soon<string | null> {
    return ofBlob(context, file, (blob) =>
      statusOf(blob) === FileStatus.VERIFYING ? null : (blob.sha256?.toString("hex") ?? null),
    );
  }

  @ReadsBlob("format")
  @InSql((file) => blobSql(file)("format"))
  @FieldResolver(() => FileFormat, {
    nullable: true,
    description: "What its bytes look like, whatever its name says; null until the registry has read them.",
  })
  format(@Root() file: File, @Ctx() context: Context): Soon<FileFormat | null> {
    return ofBlob(context, file, ({ format }) => format);
  }

  @ReadsBlob("format")
  @InSql((file) => canRunCodeSql(blobSql(file)("format")))
  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      "Whether loading it can run code, as pickles can, by its format; null until the registry has read the bytes, and where the " +
      "format does not tell: ZIP and HDF5 can hold code, TENSORFLOW is a program, and UNKNOWN can be anything. False is no " +
      "promise: it is what the bytes look like.",
  })
  canRunCode(@Root() file: File, @Ctx() context: Context): Soon<boolean | null> {
    return ofBlob(context, file, ({ format }) => format && canRunCode(format));
  }

  @ReadsBlob("checkedAt")
  @InSql((file) => momentJson(blobSql(file)("checkedAt")))
  @FieldResolver(() => DateTime, {
    nullable: true,
    description: "When the registry last read all of its bytes; null until it has.",
  })
  verifiedAt(@Root() file: File, @Ctx() context: Context): Soon<Date | null> {
    return ofBlob(context, file, ({ checkedAt }) => checkedAt);
  }

  @ReadsBlob("storageConnectorId")
  @FieldResolver(() => StorageConnector, { description: "Where its bytes are." })
  async storageConnector(@Root() file: File, @Ctx() context: Context): Promise<StorageConnector | null> {
    const storageConnectorId = await ofBlob(context, file, (blob) => blob.storageConnectorId);
    return storageConnectorById(context, storageConnectorId);
  }

  @Reads(authorOf)
  @FieldResolver(() => User, { description: "Who added the file." })
  createdBy(@Root() row: File, @Ctx() context: Context): Soon<User | null> {
    return authorOf(context, row);
  }

  @Reads(blobOf, { columns: ["id", "state"], needs: ["id", "blobId", "organizationId", "filename"] })
  @FieldResolver(() => WebURL, {
    nullable: true,
    description:
      "Where its bytes can be had without a token, by GET or HEAD, with ranges; null unless it is READY. Whoever has the URL " +
      "can download the file, until it expires, the file is deleted or replaced, or who asked for the URL loses access.",
  })
  downloadUrl(
    @Root() file: File,
    @Arg("expiresIn", () => Int, {
      defaultValue: 300,
      description: `For how many seconds a download can begin: 1 to ${limits.downloadSeconds}.`,
    })
    expiresIn: number,
    @Ctx() context: Context,
    @Info() { parentType }: GraphQLResolveInfo,
  ): Soon<string | null> {
    return ofBlob(context, file, (blob) =>
      statusOf(blob) === FileStatus.READY
        ? downloadUrl(context, parentType.name, file, { blob, expiresIn })
        : null,
    );
  }
}

/** A field that uses these columns of the file's blob. */
function ReadsBlob(...columns: (keyof Blob)[]): MethodDecorator {
  return Reads(blobOf, { columns, needs: ["blobId"] });
}

/** What a file tells of its blob: a foreign key sees to it that there is one. */
function ofBlob<Told>(context: Context, file: File, tell: (blob: Blob) => Told): Soon<Told> {
  return then(blobOf(context, file), (blob) => tell(blob as Blob));
}

function sizeOf({ size }: Blob): number {
  return size ?? 0;
}

function sizeSql(blob: At): string {
  return `coalesce(${blob("size")}, 0)`;
}

function sha256Sql(blob: At): string {
  return `case when ${blob("state")} <> 'VERIFYING' then encode(${blob("sha256")}, 'hex') end`;
}
