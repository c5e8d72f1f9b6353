import type { DataSource } from "typeorm";
import { apiError } from "./errors.ts";
import type { Keyring } from "./keyring.ts";
import type { Storages } from "./storage-connector/storages.ts";
import type { Viewer } from "./viewer/viewer.ts";

/** What one request knows; the first argument of everything that reads. */
export interface Context {
  db: DataSource;
  /** Encrypts and decrypts what is secret at rest. */
  keyring: Keyring;
  /** Opens the storages of organizations. */
  storages: Storages;
  /** Has this process look at once for bytes that are to be read; every process looks every few seconds. */
  verifySoon: () => void;
  /** Bytes of a file at most. */
  maxFileSize: number;
  /** Under which clients reach this server, such as `https://registry.example.com`; without a slash at its end. */
  baseUrl: string;
  /** Whether a field reads ahead for the fields below it; without it each look-up is a statement of its own. */
  readAhead: boolean;
  /** Who asks; null without a token, and for a token that is no good the error that a root field throws. */
  viewer: Viewer | Error | null;
  /** For how many days what is deleted now can be restored. */
  trashDays: number;
  /** In the log beside an unexpected error, and in the answer to the client. */
  requestId: string;
}

/** The viewer of a request that has passed the guard of a root field. */
export function viewerOf(context: Context): Viewer {
  if (context.viewer instanceof Error) throw context.viewer;
  if (context.viewer) return context.viewer;
  throw apiError(
    "UNAUTHENTICATED",
    "An API token is required: send the header `Authorization: Bearer mreg_…`.",
  );
}

/** What every root field speaks of, as a parent of what hangs on it. */
export function organizationOf(context: Context): { id: string } {
  return { id: viewerOf(context).organizationId };
}
