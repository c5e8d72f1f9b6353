import { limits } from "../limits.ts";
import { isDeceptive, type Problems } from "../text.ts";
import { UserErrorCode } from "../user-error.ts";

/** A filename as it is stored: exactly as it came, when every disk can have a file of that name in one folder. */
export function readFilename(text: string, field: string[], problems: Problems): string {
  const expected = whatIsWrong(text);
  if (expected) problems.push({ code: UserErrorCode.INVALID, field, message: `Expected ${expected}.` });
  return text;
}

function whatIsWrong(text: string): string | undefined {
  const bytes = Buffer.byteLength(text);
  if (text.trim() === "") return "a filename, got blank text";
  if (bytes > limits.filename) return `a filename of at most ${limits.filename} bytes, got ${bytes}`;
  if (/[/\\]/.test(text)) return "a filename without a path: no / and no \\";
  if (text === "." || text === "..") return `the name of a file, got "${text}", which is a folder`;
  if (isDeceptive(text)) return "a filename without control, zero-width or direction characters";
  if (!text.isWellFormed()) return "well-formed Unicode, got half of a surrogate pair";
  return undefined;
}
