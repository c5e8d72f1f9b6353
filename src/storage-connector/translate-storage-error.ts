import { apiError } from "../errors.ts";
import { StorageError } from "./storage.ts";

/** What a client is told of an error that came out of a storage; any other error is returned as it is. */
export function translateStorageError(error: unknown): unknown {
  if (!(error instanceof StorageError)) return error;
  return apiError(error.failure === "FULL" ? "STORAGE_FULL" : "STORAGE_UNAVAILABLE", error.message);
}
