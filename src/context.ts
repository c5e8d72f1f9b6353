import type { DataSource } from "typeorm";
import type { Keyring } from "./keyring.ts";
import type { Viewer } from "./viewer/viewer.ts";

/** What one request knows; the first argument of everything that reads. */
export interface Context {
  db: DataSource;
  /** Encrypts and decrypts what is secret at rest. */
  keyring: Keyring;
  /** Who asks, or the error that a root field throws when nobody (or nobody known) does. */
  viewer: Viewer | Error;
  /** In the log beside an unexpected error, and in the answer to the client. */
  requestId: string;
}

/** The viewer of a request that has passed the guard of a root field. */
export function viewerOf(context: Context): Viewer {
  if (context.viewer instanceof Error) throw context.viewer;
  return context.viewer;
}
