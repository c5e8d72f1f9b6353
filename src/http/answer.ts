import type { ErrorCode } from "../errors.ts";
import { limits } from "../limits.ts";

const code: ErrorCode = "QUERY_TOO_LARGE";
const message = `Expected an answer of at most ${limits.answerCharacters} characters; ask for less at once.`;

/** The answer as JSON. One that is too large is not written at all: the text of it would not fit into memory. */
export function writeAnswer(answer: object): string {
  const fits = lengthUpTo(limits.answerCharacters, answer) <= limits.answerCharacters;
  return JSON.stringify(fits ? answer : { errors: [{ message, extensions: { code } }] });
}

/** About how many characters a value takes as JSON; stops counting above `most`. */
function lengthUpTo(most: number, value: unknown): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return 5;
  let length = 2;
  for (const [name, each] of Object.entries(value)) {
    length += (Array.isArray(value) ? 1 : name.length + 4) + lengthUpTo(most - length, each);
    if (length > most) break;
  }
  return length;
}
