import type { Problems } from "../text.ts";
import { UserErrorCode } from "../user-error.ts";

/** A SHA-256 as people write it; null when none is given. */
export function readSha256(
  text: string | null | undefined,
  field: string[],
  problems: Problems,
): Buffer | null {
  if (text == null) return null;
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    const message = "Expected a SHA-256 as 64 hex digits, got something else.";
    problems.push({ code: UserErrorCode.INVALID, field, message });
  }
  return Buffer.from(text, "hex");
}
