import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { apiError } from "../errors.ts";
import { type Pace, stallTimer } from "../http/stall-timer.ts";
import { limits } from "../limits.ts";

/** A length that is said to be wrong is refused before a byte is read; a chunked body says none. @throws GraphQLError */
export function expectLength(headers: IncomingHttpHeaders, size: number): void {
  const length = headers["content-length"];
  if (length === undefined ? headers["transfer-encoding"] !== undefined : Number(length) === size) return;
  throw apiError("BAD_REQUEST", `Expected a body of ${size} bytes, got ${length ?? "none"}.`);
}

interface Sender {
  pace: Pace | undefined;
  /** Is told once in a while that bytes still come, and throws when nobody wants them any more. */
  arriving: () => Promise<unknown>;
}

/** The bytes of a body that has to have exactly so many. @throws GraphQLError */
export async function* bodyOf(
  request: Readable,
  size: number,
  { pace, arriving }: Sender,
): AsyncGenerator<Buffer, void> {
  const bytes = whole(request);
  let [received, told] = [0, performance.now()];
  try {
    for await (const chunk of stallTimer(bytes, pace)) {
      received += chunk.length;
      if (received > size) throw apiError("BAD_REQUEST", `Expected a body of ${size} bytes, got more.`);
      if (performance.now() - told > limits.heartbeat) {
        await arriving();
        told = performance.now();
      }
      yield chunk;
    }
  } finally {
    void bytes.return(); // not awaited: a sender that has stalled would keep it waiting
  }
  if (received < size) throw incomplete(`Expected a body of ${size} bytes, got ${received}.`);
}

/** Leaves the request open when it is not read to its end: it has to be answered. */
async function* whole(request: Readable): AsyncGenerator<Buffer, void> {
  try {
    yield* request.iterator({ destroyOnReturn: false });
  } catch {
    throw incomplete("The body ended early.");
  }
}

function incomplete(message: string): Error {
  return apiError("UPLOAD_INCOMPLETE", message);
}
