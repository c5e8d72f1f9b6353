import { FileFormat } from "./file-format.ts";

/** Bytes at the beginning of a file by which its format is told. */
export const headBytes = 64 * 1024;

/** What a file looks like by its first bytes: as many as `headBytes`, or all that there are. */
export function detectFormat(_head: Buffer, _size: number): FileFormat {
  return FileFormat.UNKNOWN;
}

/** Keeps the first bytes of a file while it passes. */
export function collectHead(): { update(chunk: Buffer): void; head(): Buffer } {
  const chunks: Buffer[] = [];
  let missing = headBytes;
  return {
    update(chunk) {
      if (missing === 0) return;
      const kept = Buffer.from(chunk.subarray(0, missing)); // the chunk itself may be used again, or be part of a large one
      chunks.push(kept);
      missing -= kept.length;
    },
    head: () => Buffer.concat(chunks),
  };
}
