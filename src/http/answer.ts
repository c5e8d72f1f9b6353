import type { FormattedExecutionResult } from "graphql";
import { stays } from "../budget.ts";
import type { Context } from "../context.ts";
import { apiError } from "../errors.ts";
import { limits } from "../limits.ts";

/** The answer; or, in the place of one that is too large, the error that says so: its text would not fit into memory. */
export function limitAnswer(context: Context, answer: FormattedExecutionResult): FormattedExecutionResult {
  if (lengthUpTo(limits.answerCharacters, answer) <= limits.answerCharacters) return answer;
  const expected = `an answer of at most ${limits.answerCharacters} characters; ask for less at once`;
  return { errors: [apiError("QUERY_TOO_LARGE", `Expected ${expected}${stays(context)}.`).toJSON()] };
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
