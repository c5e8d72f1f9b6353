import type { DataSource } from "typeorm";
import type { Pace } from "../http/stall-timer.ts";
import { limits } from "../limits.ts";
import type { Storages } from "../storage-connector/storages.ts";
import { type Claim, claimBlob, extendLease, giveBack } from "./claim-blob.ts";
import { judgeBlob } from "./judge-blob.ts";
import { type Reading, readBlob } from "./read-blob.ts";
import type { BytesRead } from "./settle-blob.ts";

export interface Verifier {
  /** Looks for bytes to read at once; without it, the next look is a few seconds away. */
  soon(): void;
  /** Stops reading; another process takes over what was not read to its end. */
  end(): Promise<void>;
}

export interface VerifierOptions {
  /** Told of a blob that could not be read; it is tried again when its lease is over. */
  onError: (error: unknown, blobId?: string) => void;
  signal?: AbortSignal;
  /** Milliseconds between two extensions of a lease, and how slow a storage may be, when not as `limits.ts` has it. */
  heartbeat?: number;
  pace?: Pace;
}

/**
 * Reads what is to be read, now and every few seconds: the bytes of uploads that have been completed, and those that somebody
 * asked for. Any number of processes do so side by side, each with a few blobs at a time, so that a small file does not
 * wait for a large one.
 */
export function startVerifier(
  db: DataSource,
  storages: Storages,
  onError: VerifierOptions["onError"],
  interval: number = limits.verify,
): Verifier {
  const stopping = new AbortController();
  const working = new Set<Promise<void>>();
  const look = () => {
    if (stopping.signal.aborted || working.size >= limits.verifiers) return;
    const work = verifyBlobs(db, storages, { onError, signal: stopping.signal })
      .catch((error) => onError(error))
      .finally(() => working.delete(work));
    working.add(work);
  };
  const timer = setInterval(look, interval).unref();
  look();
  return {
    soon: look,
    async end() {
      clearInterval(timer);
      stopping.abort();
      await Promise.all(working);
    },
  };
}

/** Reads blob after blob until there is none that is to be read. */
export async function verifyBlobs(
  db: DataSource,
  storages: Storages,
  { onError, signal = new AbortController().signal, ...options }: VerifierOptions,
): Promise<void> {
  while (!signal.aborted) {
    const claim = await claimBlob(db);
    if (claim === null) return;
    try {
      await verifyBlob(db, storages, claim, { signal, ...options });
    } catch (error) {
      if (signal.aborted) await giveBack(db, claim);
      else onError(error, claim.id);
    }
  }
}

async function verifyBlob(
  db: DataSource,
  storages: Storages,
  claim: Claim,
  { heartbeat = limits.heartbeat, ...reading }: Reading & { heartbeat?: number },
): Promise<void> {
  let extending = Promise.resolve();
  const beat = setInterval(() => {
    extending = extending.then(() => extendLease(db, claim)).catch(() => {}); // one that is missed is no harm
  }, heartbeat);
  let read: BytesRead | null;
  try {
    const storage = await storages.of(db, claim.storageConnectorId);
    read = await readBlob(storage, claim, reading);
  } finally {
    clearInterval(beat);
    await extending; // a lease that moved while the blob is judged would look like somebody else's
  }
  await judgeBlob(db, claim, read);
}
