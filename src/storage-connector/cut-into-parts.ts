import { StorageError } from "./storage.ts";

const MiB = 1024 * 1024;

/** What the protocol of S3 allows. */
const partsAtMost = 10_000;

/** Bytes of a part: few enough for two in memory, and enough to make an upload of a part worth its way. */
const [smallest, largest] = [16 * MiB, 32 * MiB];

/** The size of the parts in which a stream is uploaded, when at most `size` bytes are expected. */
export function partSizeFor(size = 0): number {
  const needed = Math.ceil(size / partsAtMost / MiB) * MiB;
  return Math.min(Math.max(needed, smallest), largest);
}

/**
 * Cuts a stream into parts of one size; the last one has what is left. There is always one. Two buffers take turns: a part
 * is good until the next but one is asked for.
 */
export async function* cutIntoParts(bytes: AsyncIterable<Buffer>, partSize: number): AsyncGenerator<Buffer> {
  let [filling, spare] = [Buffer.allocUnsafe(partSize), Buffer.alloc(0)];
  let [filled, count] = [0, 0];
  for await (const chunk of bytes)
    for (let from = 0; from < chunk.length; ) {
      if (filled === partSize) {
        count += 1;
        if (count === partsAtMost) refuseMore(partSize);
        yield filling;
        [filling, spare] = [spare.length > 0 ? spare : Buffer.allocUnsafe(partSize), filling];
        filled = 0;
      }
      const taken = chunk.copy(filling, filled, from);
      filled += taken;
      from += taken;
    }
  yield filling.subarray(0, filled);
}

function refuseMore(partSize: number): never {
  const most = `${(partsAtMost * partSize) / MiB} MiB`;
  throw new StorageError("REFUSED", `Expected at most ${most} in one stream: send it in parts.`);
}
