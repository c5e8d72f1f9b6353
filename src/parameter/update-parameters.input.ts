import { Extensions, Field, InputType } from "type-graphql";
import { limits } from "../limits.ts";
import { JSONValue } from "../scalars.ts";
import { normalizeName, type Problems, readName } from "../text.ts";
import { UserErrorCode } from "../user-error.ts";
import { ParameterInput } from "./parameter.input.ts";
import { ParameterType } from "./parameter.ts";

@InputType({ description: "Changes a parameter, which keeps its place. What is left out stays as it is." })
export class ParameterModification {
  @Field(() => String, { description: "The name that the parameter has by then." })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description:
      `Its new name; 1 to ${limits.name} characters; cannot be null. One that another parameter has by then is ` +
      "refused with the code CONFLICT.",
  })
  newName?: string | null;

  @Field(() => JSONValue, {
    nullable: true,
    description: `Its new value, which may be null; at most ${limits.parameterValue} characters as JSON, ${limits.parameterDepth} levels deep.`,
  })
  value?: unknown;

  @Field(() => ParameterType, {
    nullable: true,
    description:
      "Its new type; null takes it from the value. When it is left out, a new value keeps the type as long as it is " +
      "of it.",
  })
  type?: ParameterType | null;
}

@InputType({ description: "Takes a parameter out of the list." })
export class ParameterRemoval {
  @Field(() => String, { description: "The name that the parameter has by then." })
  name!: string;
}

@Extensions({ oneOf: true })
@InputType({ description: "One step of an edit of parameters: exactly one of these." })
export class ParameterOperation {
  @Field(() => ParameterInput, {
    nullable: true,
    description:
      "Adds a parameter at the end; one that has this name by then is overwritten, and keeps its place. When no type " +
      "is given, it also keeps its type as long as the value is of it: `1` stays a FLOAT, and an array, an object or null " +
      "stays JSON; else, and with the type null, the type is taken from the value.",
  })
  set?: ParameterInput;

  @Field(() => ParameterModification, {
    nullable: true,
    description: "Changes a parameter that is there by then.",
  })
  modify?: ParameterModification;

  @Field(() => ParameterRemoval, {
    nullable: true,
    description: "Removes a parameter that is there by then.",
  })
  remove?: ParameterRemoval;
}

@Extensions({ oneOf: true })
@InputType({ description: "An edit of training parameters: exactly one of these." })
export class UpdateParametersInput {
  @Field(() => [ParameterOperation], {
    nullable: true,
    description:
      "Steps that are done in this order, all or none; each finds the parameters as the one before has left them. " +
      `At most ${limits.parameterOperations}, and at most ${limits.parameters} parameters at the end.`,
  })
  operations?: ParameterOperation[];

  @Field(() => [ParameterInput], {
    nullable: true,
    description: `All parameters as they are to be, in the order of display, which needs \`expectedRevision\`; at most ${limits.parameters}.`,
  })
  replace?: ParameterInput[];
}

/** The steps of an edit as they are applied. Names are checked here; values when it is known what they overwrite. */
export function readParameterOperations(
  input: ParameterOperation[],
  field: string[],
  problems: Problems,
): ParameterOperation[] {
  if (input.length > limits.parameterOperations) {
    const message = `Expected at most ${limits.parameterOperations} operations, got ${input.length}.`;
    problems.push({ code: UserErrorCode.INVALID, field, message });
    return [];
  }
  return input.map(({ set, modify, remove }, position) => {
    const path = [...field, String(position)];
    if (set) return { set: { ...set, name: readName(set.name, [...path, "set", "name"], problems) } };
    if (modify) return { modify: readModification(modify, [...path, "modify"], problems) };
    return { ...(remove && { remove: { name: normalizeName(remove.name) } }) };
  });
}

function readModification(
  modify: ParameterModification,
  path: string[],
  problems: Problems,
): ParameterModification {
  const named = { ...modify, name: normalizeName(modify.name) };
  if (modify.newName === undefined) return named;
  return { ...named, newName: readName(modify.newName, [...path, "newName"], problems) };
}
