import { limits } from "../limits.ts";

/**
 * Sweeps now and every hour.
 *
 * @returns what ends it, when what is under way is done.
 */
export function startSweep(
  sweep: (signal: AbortSignal) => Promise<unknown>,
  onError: (error: unknown) => void,
  interval: number = limits.sweep,
): () => Promise<void> {
  const stopping = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  const next = () => {
    running = running.then(() => sweep(stopping.signal)).catch(onError);
  };
  const timer = setInterval(next, interval).unref();
  next();
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await running;
  };
}
