import type { StoredPart } from "../storage-connector/storage.ts";
import type { Problems } from "../text.ts";
import { type UserError, UserErrorCode } from "../user-error.ts";
import { type Cut, isPart, sizeOfPart } from "./cut-into-parts.ts";
import type { UploadedPartInput } from "./pending-upload.input.ts";

/** The parts of an upload, when the storage has all of them, and as the client says. */
export function compareParts(
  cut: Cut,
  given: readonly UploadedPartInput[],
  stored: readonly StoredPart[],
  problems: Problems,
): StoredPart[] {
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  const named = new Set<number>();
  for (const [index, part] of given.entries()) {
    const wrong = whatIsWrong(cut, part, byNumber.get(part.number), named.has(part.number));
    if (wrong) problems.push({ ...wrong, field: ["input", "parts", String(index)] });
    named.add(part.number);
  }
  for (let number = 1; number <= cut.partCount; number++)
    if (!named.has(number)) {
      const message = `Expected parts 1 to ${cut.partCount}, got none with the number ${number}.`;
      problems.push({ code: UserErrorCode.INVALID, field: ["input", "parts"], message });
    }
  return stored.filter(({ number }) => isPart(cut, number));
}

function whatIsWrong(
  cut: Cut,
  { number, etag }: UploadedPartInput,
  stored: StoredPart | undefined,
  again: boolean,
): Pick<UserError, "code" | "message"> | undefined {
  const { INVALID, NOT_FOUND, CONFLICT } = UserErrorCode;
  if (!isPart(cut, number))
    return { code: INVALID, message: `Expected a number from 1 to ${cut.partCount}, got ${number}.` };
  if (again) return { code: INVALID, message: `Expected each number once, got ${number} again.` };
  if (!stored) return { code: NOT_FOUND, message: `Expected part ${number} to be there, got none: send it.` };
  const [size, sent] = [sizeOfPart(cut, number), bare(etag).slice(0, 80)];
  if (stored.size !== size) {
    const message = `Expected part ${number} to have ${size} bytes, got ${stored.size}: send it again.`;
    return { code: CONFLICT, message };
  }
  if (bare(stored.etag) === bare(etag)) return undefined;
  const message = `Expected the etag ${bare(stored.etag)}, which part ${number} has, got ${sent}.`;
  return { code: CONFLICT, message };
}

/** Without the quotes that it has in a header. */
function bare(etag: string): string {
  return etag.replace(/^"(.*)"$/, "$1");
}
