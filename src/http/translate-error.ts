import { translateDatabaseError } from "../database-error.ts";
import { translateStorageError } from "../storage-connector/translate-storage-error.ts";

/** What a client is told of an error that came out of the database or of a storage. Any other is returned as it is. */
export function translateError(error: unknown): unknown {
  return translateStorageError(translateDatabaseError(error));
}
