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
export async function* stallTimer(
  bytes: AsyncIterable<Buffer>,
  { bytes: enough, within }: Pace = limits.pace,
): AsyncGenerator<Buffer, void> {
  const chunks = bytes[Symbol.asyncIterator]();
  let [arrived, waited] = [0, 0];
  for (;;) {
    const since = performance.now();
    const { done, value } = await nextWithin(chunks, within - waited, { bytes: enough, within });
    if (done) return;
    arrived += value.length;
    waited += performance.now() - since;
    if (arrived >= enough) [arrived, waited] = [0, 0];
    yield value;
  }
}

function nextWithin(
  chunks: AsyncIterator<Buffer>,
  patience: number,
  { bytes, within }: Pace,
): Promise<IteratorResult<Buffer>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const message = `Expected at least ${bytes} bytes in ${within / 1_000} s; the body has stalled.`;
      reject(apiError("REQUEST_TIMEOUT", message));
    }, patience);
    chunks
      .next()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
