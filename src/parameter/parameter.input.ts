import { Field, InputType } from "type-graphql";
import { limits } from "../limits.ts";
import { JSONValue } from "../scalars.ts";
import { type Problems, readName } from "../text.ts";
import { UserErrorCode } from "../user-error.ts";
import { type ParameterRow, ParameterType } from "./parameter.ts";
import { isOf, typeOf, wrongValue } from "./parameter-value.ts";

@InputType({ description: "A training parameter with its value: of a version, the default for experiments." })
export class ParameterInput {
  @Field(() => String, { description: `Unique in its list; 1 to ${limits.name} characters.` })
  name!: string;

  @Field(() => JSONValue, {
    nullable: true,
    description: `The value, which may be null but not left out; at most ${limits.parameterValue} characters as JSON, ${limits.parameterDepth} levels deep.`,
  })
  value?: unknown;

  @Field(() => ParameterType, {
    nullable: true,
    description:
      "Taken from the value when it is not given; as JSON cannot tell 1.0 from 1, say FLOAT where a float is meant.",
  })
  type?: ParameterType | null;
}

/** A whole list of parameters as it is stored. */
export function readParameters(input: ParameterInput[], field: string[], problems: Problems): ParameterRow[] {
  if (!checkCount(input.length, field, problems)) return [];
  const seen = new Set<string>();
  const stored = input.map((parameter, position) => {
    const path = [...field, String(position)];
    const name = readName(parameter.name, [...path, "name"], problems);
    if (seen.has(name)) {
      const message = `Expected every name once, got "${name.slice(0, 80)}" again.`;
      problems.push({ code: UserErrorCode.DUPLICATE, field: [...path, "name"], message });
    }
    seen.add(name);
    return { name, position: position + 1, ...readValue(parameter, [...path, "value"], problems) };
  });
  if (problems.length === 0) checkLength(stored, field, problems);
  return stored;
}

/**
 * A value as it is stored, with its type. One that is not given is the `declared` type of the parameter that is
 * overwritten, as long as the value is of it.
 */
export function readValue(
  { value, type }: { value?: unknown; type?: ParameterType | null | undefined },
  field: string[],
  problems: Problems,
  declared?: ParameterType,
): Pick<ParameterRow, "value" | "type"> {
  const stored = value ?? null;
  const kept = type === undefined && declared && isOf(declared, stored) ? declared : undefined;
  const given = type ?? kept ?? typeOf(stored);
  const wrong = value === undefined ? "Expected a value, got none; null is one." : wrongValue(given, stored);
  if (wrong) problems.push({ code: UserErrorCode.INVALID, field, message: wrong });
  return { type: given, value: stored };
}

/** What holds for all parameters of a version together. */
export function checkParameters(parameters: ParameterRow[], field: string[], problems: Problems): void {
  if (checkCount(parameters.length, field, problems)) checkLength(parameters, field, problems);
}

function checkCount(count: number, field: string[], problems: Problems): boolean {
  if (count <= limits.parameters) return true;
  const message = `Expected at most ${limits.parameters} parameters, got ${count}.`;
  problems.push({ code: UserErrorCode.INVALID, field, message });
  return false;
}

function checkLength(parameters: ParameterRow[], field: string[], problems: Problems): void {
  const length = parameters.reduce((sum, { value }) => sum + JSON.stringify(value).length, 0);
  if (length <= limits.parameterValues) return;
  const message = `Expected at most ${limits.parameterValues} characters as JSON in all, got ${length}.`;
  problems.push({ code: UserErrorCode.INVALID, field, message });
}
