import { S3ServiceException } from "@aws-sdk/client-s3";
import { StorageError, type StorageFailure } from "./storage.ts";

const full = new Set(["QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "EntityTooLarge"]);

/**
 * Does something with an object store, and says of its errors what a client may know: a code, and neither what the store
 * has written nor where it is. What the SDK throws is not kept as the cause: it can hold both.
 */
export async function onS3<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw toStorageError(error);
  }
}

export function toStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const { name = "", $metadata } = error as Partial<S3ServiceException>;
  const status = $metadata?.httpStatusCode ?? 0;
  // The store chooses the code: it is not to choose more than a word.
  const code = error instanceof S3ServiceException && /^\w{1,40}$/.test(name) ? ` (${name})` : "";
  const answer =
    status > 0 ? `The object store answers ${status}${code}.` : "The object store cannot be reached.";
  return new StorageError(failureOf(status, name), answer, { unanswered: status === 0 });
}

function failureOf(status: number, name: string): StorageFailure {
  if (status === 507 || full.has(name)) return "FULL";
  if (status === 0 || status === 408 || status === 429 || status >= 500) return "UNAVAILABLE";
  if (name === "NoSuchBucket") return "REFUSED";
  if (status === 404) return "MISSING";
  return status < 300 ? "UNAVAILABLE" : "REFUSED";
}
