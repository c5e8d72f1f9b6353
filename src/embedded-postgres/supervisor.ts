import { setTimeout as delay } from "node:timers/promises";
import type { Postmaster } from "./postmaster.ts";

/** A PostgreSQL that is started again whenever it dies, until it is stopped. */
export interface Supervisor {
  /** The running process, or the last one while it is being started again. */
  readonly pid: number;
  stop(): Promise<void>;
}

const [firstRetryMs, lastRetryMs] = [250, 5_000];

/** Watches over `postmaster`; `restart` starts its successor, and is tried again for as long as it fails. */
export function supervise(
  postmaster: Postmaster,
  restart: () => Promise<Postmaster>,
  log: (line: string) => void,
): Supervisor {
  let current = postmaster;
  let stopped: Promise<void> | undefined;
  const stopping = new AbortController();

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await current.exited;
      if (stopping.signal.aborted) return;
      log(`PostgreSQL (pid ${current.pid}) died: starting it again`);
      await startAgain();
    }
    // Asked to stop while it was being started again.
    await current.stop();
  }

  async function startAgain(): Promise<void> {
    for (let retryMs = firstRetryMs; !stopping.signal.aborted; retryMs = Math.min(retryMs * 2, lastRetryMs)) {
      try {
        current = await restart();
        return log(`PostgreSQL runs again (pid ${current.pid})`);
      } catch (error) {
        log(`PostgreSQL cannot be started again, next attempt in ${retryMs} ms: ${(error as Error).message}`);
        await delay(retryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  const watching = watch();
  return {
    get pid() {
      return current.pid;
    },
    stop() {
      stopping.abort();
      stopped ??= Promise.all([current.stop(), watching]).then(() => undefined);
      return stopped;
    },
  };
}
