import type { FormattedExecutionResult } from "graphql";
import { stays } from "../budget.ts";
import type { Context } from "../context.ts";
import { apiError } from "../errors.ts";
import { limits } from "../limits.ts";
import { Written } from "../read-ahead/written.ts";

/** The answer; or, in the place of one that is too large, the error that says so: its text would not fit into memory. */
export function limitAnswer(context: Context, answer: FormattedExecutionResult): FormattedExecutionResult {
  if (lengthUpTo(limits.answerCharacters, answer) <= limits.answerCharacters) return answer;
  const expected = `an answer of at most ${limits.answerCharacters} characters; ask for less at once`;
  return { errors: [apiError("QUERY_TOO_LARGE", `Expected ${expected}${stays(context)}.`).toJSON()] };
}

/** About how many characters a value takes as JSON; stops counting above `most`. Every answer is counted: so without a copy of anything. */
function lengthUpTo(most: number, value: unknown): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return 5;
  if (value instanceof Written) return value.json.length;
  let length = 2;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && length <= most; index += 1)
      length += 1 + lengthUpTo(most - length, value[index]);
    return length;
  }
  for (const name in value) {
    length += name.length + 4 + lengthUpTo(most - length, value[name as keyof typeof value]);
    if (length > most) break;
  }
  return length;
}
