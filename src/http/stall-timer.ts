import { apiError } from "../errors.ts";
import { limits } from "../limits.ts";

/** How slow a sender may be: at least so many bytes in so many milliseconds of waiting for it. */
export interface Pace {
  bytes: number;
  within: number;
}

/**
 * Passes on the bytes of a body that may take hours, and gives up a sender that stalls. Only the time in which they are
 * waited for counts: whoever takes them may be as slow as it likes.
 *
 * @throws GraphQLError with the code REQUEST_TIMEOUT
 */
export function stallTimer(
  bytes: AsyncIterable<Buffer>,
  pace: Pace = limits.pace,
): AsyncIterableIterator<Buffer, void> {
  const chunks = bytes[Symbol.asyncIterator]();
  const patience = new Patience(pace);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () =>
      new Promise((resolve, reject) => {
        patience.wait(reject);
        chunks.next().then(
          (result) => {
            if (result.done) patience.end();
            else patience.endWait(result.value.length);
            resolve(result);
          },
          (error) => {
            patience.end();
            reject(error);
          },
        );
      }),
  };
}

/** How long a sender has been waited for. One timer does for many chunks, of which a file of 256 MiB has 4,096. */
class Patience {
  readonly #pace: Pace;
  #arrived = 0;
  #waited = 0;
  /** Since when; and who is told when it has been too long. */
  #waiting: { since: number; giveUp: (error: Error) => void } | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  wait(giveUp: (error: Error) => void): void {
    this.#waiting = { since: performance.now(), giveUp };
    this.#timer ??= this.#lookIn(this.#pace.within - this.#waited);
  }

  endWait(bytes: number): void {
    if (!this.#waiting) return;
    this.#arrived += bytes;
    this.#waited += performance.now() - this.#waiting.since;
    this.#waiting = null;
    if (this.#arrived >= this.#pace.bytes) [this.#arrived, this.#waited] = [0, 0];
  }

  /** There is nothing more to wait for. */
  end(): void {
    this.#waiting = null;
    clearTimeout(this.#timer);
  }

  /** Whoever waits next begins a new timer. */
  #look(): void {
    this.#timer = undefined;
    if (!this.#waiting) return;
    const { since, giveUp } = this.#waiting;
    const { bytes, within } = this.#pace;
    const left = within - this.#waited - (performance.now() - since);
    if (left <= 0) {
      const message = `Expected at least ${bytes} bytes in ${within / 1_000} s; the body has stalled.`;
      giveUp(apiError("REQUEST_TIMEOUT", message));
    } else this.#timer = this.#lookIn(left);
  }

  #lookIn(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#look(), Math.ceil(milliseconds)).unref(); // the sender's connection keeps the process
  }
}
