import { limits } from "../limits.ts";
import { isStorable } from "../text.ts";
import { ParameterType } from "./parameter.ts";

/** The type that JSON itself tells of a value. */
export function typeOf(value: unknown): ParameterType {
  if (typeof value === "string") return ParameterType.STRING;
  if (typeof value === "boolean") return ParameterType.BOOLEAN;
  if (typeof value === "number") return Number.isInteger(value) ? ParameterType.INTEGER : ParameterType.FLOAT;
  return ParameterType.JSON;
}

const expected: { [type in ParameterType]: { words: string; is: (value: unknown) => boolean } } = {
  INTEGER: { words: "a whole number of at most 2^53 - 1 (a FLOAT can be larger)", is: Number.isSafeInteger },
  FLOAT: { words: "a finite number", is: Number.isFinite },
  STRING: { words: "text", is: (value) => typeof value === "string" },
  BOOLEAN: { words: "true or false", is: (value) => typeof value === "boolean" },
  JSON: { words: "JSON whose whole numbers are at most 2^53 - 1", is: isExact },
};

/** Whether a value is what its type says of itself: of JSON, that is more than being JSON. */
export function isOf(type: ParameterType, value: unknown): boolean {
  return type === ParameterType.JSON ? typeOf(value) === type : expected[type].is(value);
}

/** What is wrong with a value, as a sentence; undefined when nothing is. */
export function wrongValue(type: ParameterType, value: unknown): string | undefined {
  if (isDeeperThan(limits.parameterDepth, value)) return `Expected at most ${limits.parameterDepth} levels.`;
  const json = JSON.stringify(value);
  if (json.length > limits.parameterValue) {
    return `Expected at most ${limits.parameterValue} characters as JSON, got ${json.length}.`;
  }
  const { words, is } = expected[type];
  const got =
    typeof value === "number" && !Number.isFinite(value) ? "one that is too large" : json.slice(0, 80);
  if (!is(value)) return `Expected ${words} for the type ${type}, got ${got}.`;
  return hasText(value, (text) => !isStorable(text))
    ? "Expected well-formed Unicode without NUL characters."
    : undefined;
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeperThan(levels - 1, each));
}

/** Whether no number in the value was rounded on its way here. */
function isExact(value: unknown): boolean {
  if (typeof value === "number")
    return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
  return typeof value !== "object" || value === null || Object.values(value).every(isExact);
}

/** Whether some text in the value, names of properties included, is so. */
function hasText(value: unknown, is: (text: string) => boolean): boolean {
  if (typeof value === "string") return is(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, each]) => is(name) || hasText(each, is));
}
