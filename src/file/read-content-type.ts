import { limits } from "../limits.ts";
import type { Problems } from "../text.ts";
import { UserErrorCode } from "../user-error.ts";

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quoted = '"(?:[\\t !#-\\[\\]-~]|\\\\[\\t -~])*"';
const mediaType = new RegExp(`^${token}/${token}(?:[\\t ]*;[\\t ]*${token}=(?:${token}|${quoted}))*$`);

/** A media type as RFC 9110 writes it, such as `application/json; charset=utf-8`; null when none is given. */
export function readContentType(
  text: string | null | undefined,
  field: string[],
  problems: Problems,
): string | null {
  if (text == null) return null;
  if (text.length <= limits.contentType && mediaType.test(text)) return text;
  const message = `Expected a media type of at most ${limits.contentType} characters, such as application/octet-stream.`;
  problems.push({ code: UserErrorCode.INVALID, field, message });
  return text;
}
