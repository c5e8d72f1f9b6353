import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { blobById } from "../blob/blob.ts";
import type { Context } from "../context.ts";
import { limits } from "../limits.ts";
import { WebURL } from "../scalars.ts";
import { downloadUrl } from "./download-url.ts";
import { FileStatus, statusOf } from "./file-status.ts";
import { ModelFile } from "./model-file.ts";

@Resolver(() => ModelFile)
export class DownloadResolver {
  @FieldResolver(() => WebURL, {
    nullable: true,
    description:
      "Where its bytes can be had without a token, by GET or HEAD, with ranges; null unless it is READY. Whoever has the URL " +
      "can download the file, until it expires, the file is deleted or replaced, or who asked for the URL loses access.",
  })
  async downloadUrl(
    @Root() file: ModelFile,
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
