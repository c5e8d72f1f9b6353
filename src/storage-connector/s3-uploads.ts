import {
  ListMultipartUploadsCommand,
  type ListMultipartUploadsOutput,
  ListObjectsV2Command,
  ListPartsCommand,
  type ListPartsOutput,
  type Part,
  type S3Client,
} from "@aws-sdk/client-s3";

/*
 * Page by page, as long as the store says that there are more. The SDK's own paging goes by the marker of the next page, which
 * some stores give on the last one too.
 */

/** The ids of all uploads in parts of one key that have begun, and were neither completed nor aborted. */
export async function* uploadsOf(
  client: S3Client,
  { Bucket, Key }: { Bucket: string; Key: string },
): AsyncGenerator<string> {
  let from: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
  while (from) {
    const page: ListMultipartUploadsOutput = await client
      .send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key, ...from }))
      .catch(unlessUnknown);
    for (const { Key: key, UploadId } of page.Uploads ?? []) if (key === Key && UploadId) yield UploadId;
    const { IsTruncated, NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
    from = IsTruncated && KeyMarker ? { KeyMarker, ...(UploadIdMarker && { UploadIdMarker }) } : undefined;
  }
}

/** Some of the keys that begin with a prefix and were written, or begun to be, before a moment. */
export async function someKeysBefore(
  client: S3Client,
  of: { Bucket: string; Prefix: string },
  moment: Date,
): Promise<string[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command(of));
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand(of)).catch(unlessUnknown);
  const whole = Contents.map(({ Key, LastModified }) => ({ Key, since: LastModified }));
  const begun = Uploads.map(({ Key, Initiated }) => ({ Key, since: Initiated }));
  const old = [...whole, ...begun].filter(({ since }) => since !== undefined && since < moment);
  return old.flatMap(({ Key }) => (Key?.startsWith(of.Prefix) ? [Key] : []));
}

/** The parts of an upload that are there. */
export async function* partsOf(
  client: S3Client,
  upload: { Bucket: string; Key: string; UploadId: string },
): AsyncGenerator<Part> {
  let from: { PartNumberMarker?: string } | undefined = {};
  while (from) {
    const page: ListPartsOutput = await client.send(new ListPartsCommand({ ...upload, ...from }));
    yield* page.Parts ?? [];
    const { IsTruncated, NextPartNumberMarker: PartNumberMarker } = page;
    from = IsTruncated && PartNumberMarker ? { PartNumberMarker } : undefined;
  }
}

/** A store that cannot tell what has begun: it has to forget it by itself. */
function unlessUnknown(error: { $metadata?: { httpStatusCode?: number } }): ListMultipartUploadsOutput {
  if (error.$metadata?.httpStatusCode === 501) return {};
  throw error;
}
