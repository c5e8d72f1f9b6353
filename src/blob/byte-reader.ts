import { createHash } from "node:crypto";
import { collectHead, detectFormat } from "./detect-format.ts";
import type { BytesRead } from "./settle-blob.ts";

/** Finds out about bytes while they pass. */
export class ByteReader {
  readonly #hash = createHash("sha256");
  readonly #head = collectHead();
  #size = 0;

  async *pass(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      this.#hash.update(chunk);
      this.#head.update(chunk);
      this.#size += chunk.length;
      yield chunk;
    }
  }

  /** When the last has passed. */
  result(): BytesRead {
    const size = this.#size;
    return { size, sha256: this.#hash.digest(), format: detectFormat(this.#head.head(), size) };
  }
}
