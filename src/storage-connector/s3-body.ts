import { Readable } from "node:stream";
import { toStorageError } from "./s3-errors.ts";
import { StorageError } from "./storage.ts";

/** The body of an answer, which fails when it has another length than the answer promised, or than was asked for. */
export function checkedBody(body: Readable, promised?: number, expected = promised): Readable {
  body.on("error", () => {}); // whoever reads is told, and nobody may have begun yet
  if (expected === undefined || promised !== expected) {
    body.destroy();
    throw lengthError();
  }
  const checked = Readable.from(check(body, expected), { objectMode: false });
  return checked.once("close", () => body.destroy());
}

async function* check(body: Readable, expected: number): AsyncGenerator<Buffer> {
  let left = expected;
  try {
    for await (const chunk of body) {
      left -= chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw toStorageError(error);
  }
  if (left !== 0) throw lengthError();
}

function lengthError(): StorageError {
  return new StorageError("UNAVAILABLE", "The object store gives fewer or more bytes than there should be.");
}
