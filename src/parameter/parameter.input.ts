import { Field, InputType } from "type-graphql";
import { limits } from "../limits.ts";
import { JSONValue } from "../scalars.ts";
import { isStorable, type Problems, readName } from "../text.ts";
import { UserErrorCode } from "../user-error.ts";
import { ParameterType } from "./parameter.ts";

@InputType({ description: "A training parameter with its default value." })
export class ParameterInput {
  @Field(() => String, { description: `Unique in the version; 1 to ${limits.name} characters.` })
  name!: string;

  @Field(() => JSONValue, {
    nullable: true,
    description: `The default value, which may be null but not left out; at most ${limits.parameterValue} characters as JSON, ${limits.parameterDepth} levels deep.`,
  })
  value?: unknown;

  @Field(() => ParameterType, {
    nullable: true,
    description:
      "Taken from the value when it is not given; as JSON cannot tell 1.0 from 1, say FLOAT where a float is meant.",
  })
  type?: ParameterType | null;
}

/** A parameter as it is stored. */
export interface StoredParameter {
  name: string;
  type: ParameterType;
  value: unknown;
}

/** A whole list of parameters as it is stored. */
export function readParameters(
  input: ParameterInput[],
  field: string[],
  problems: Problems,
): StoredParameter[] {
  if (input.length > limits.parameters) {
    const message = `Expected at most ${limits.parameters} parameters, got ${input.length}.`;
    problems.push({ code: UserErrorCode.INVALID, field, message });
    return [];
  }
  const seen = new Set<string>();
  const stored = input.map((parameter, position) => {
    const path = [...field, String(position)];
    const name = readName(parameter.name, [...path, "name"], problems);
    if (seen.has(name)) {
      const message = `Expected every name once, got "${name.slice(0, 80)}" again.`;
      problems.push({ code: UserErrorCode.DUPLICATE, field: [...path, "name"], message });
    }
    seen.add(name);
    const value = parameter.value ?? null;
    const type = parameter.type ?? typeOf(value);
    const wrong =
      parameter.value === undefined ? "Expected a value, got none; null is one." : wrongValue(type, value);
    if (wrong) problems.push({ code: UserErrorCode.INVALID, field: [...path, "value"], message: wrong });
    return { name, type, value };
  });
  if (problems.length > 0) return stored;
  const length = stored.reduce((sum, { value }) => sum + JSON.stringify(value).length, 0);
  if (length > limits.parameterValues) {
    const message = `Expected at most ${limits.parameterValues} characters as JSON in all, got ${length}.`;
    problems.push({ code: UserErrorCode.INVALID, field, message });
  }
  return stored;
}

function typeOf(value: unknown): ParameterType {
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

/** What is wrong with a value, as a sentence; undefined when nothing is. */
function wrongValue(type: ParameterType, value: unknown): string | undefined {
  if (isDeeperThan(limits.parameterDepth, value)) return `Expected at most ${limits.parameterDepth} levels.`;
  const json = JSON.stringify(value);
  if (json.length > limits.parameterValue) {
    return `Expected at most ${limits.parameterValue} characters as JSON, got ${json.length}.`;
  }
  const { words, is } = expected[type];
  if (!is(value)) return `Expected ${words} for the type ${type}, got ${json.slice(0, 80)}.`;
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
