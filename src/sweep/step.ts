import type { EntityManager } from "typeorm";
import type { Storages } from "../storage-connector/storages.ts";

/** What a sweep has done. */
export interface Swept {
  /** Entries of the trash that were purged. */
  entries: number;
  /** Uploads in parts that were given up. */
  uploads: number;
  /** Blobs that were removed from their storages, and their bytes as far as these were known. */
  blobs: number;
  bytes: number;
}

export interface SweepOptions {
  /** Told of something that could not be swept; the rest is all the same. */
  onError: (error: unknown, id: string) => void;
  /** Another moment than today's by the clock of the database, which has also said until when something is kept. */
  now?: Date;
  signal?: AbortSignal;
}

export interface Job extends Pick<SweepOptions, "onError" | "signal"> {
  /** In SQL. */
  now: string;
  storages: Storages;
  /** The connectors of storages that have removed nothing of a page: the sweep does not wait for them again. */
  away: Set<string>;
}

/** One kind of thing that is swept. Memory is needed for one page of them, however many there are. */
export interface Step {
  /** A select of their UUIDs as `id`, at a moment in SQL. */
  find: (now: string) => string;
  /** Deals with a page, on the connection that was elected. */
  sweep: (db: EntityManager, ids: string[], job: Job) => Promise<Partial<Swept>>;
}

/** A moment in SQL; without one, now by the clock of the database. */
export function moment(date: Date | undefined): string {
  return date ? `'${date.toISOString()}'::timestamptz` : "clock_timestamp()";
}

/** Deals with one after the other. One that fails is told, and keeps no other from being swept. */
export async function eachOf(
  ids: string[],
  { onError, signal }: Job,
  sweep: (id: string) => Promise<void>,
): Promise<void> {
  for (const id of ids) {
    if (signal?.aborted) return;
    await sweep(id).catch((error: unknown) => onError(error, id));
  }
}
