import { Field, InputType } from "type-graphql";
import { limits } from "../limits.ts";
import { type Problems, readText } from "../text.ts";
import { UserErrorCode } from "../user-error.ts";
import type { DraftVariable, StoredVariable } from "./environment-variable.ts";

@InputType({ description: "A variable in the environment of a training script." })
export class EnvironmentVariableInput {
  @Field(() => String, {
    description: "Letters, digits and `_`, not starting with a digit; unique in the docker image.",
  })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description:
      `At most ${limits.dockerValue} characters. Left out, a secret that is stored under this name stays as it is; ` +
      "everything else needs a value.",
  })
  value?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether the value is a secret: encrypted where it is stored, and masked for those who may not edit. Left out, a " +
      "stored variable of this name stays what it is, and a new one is no secret. A secret becomes a plain variable " +
      "only together with a value.",
  })
  secret?: boolean | null;
}

/**
 * The whole list of variables, of which those without a value are found among the stored ones. No message repeats a
 * value, nor what stands in the place of a name: people paste `NAME=value`.
 */
export function readEnvironment(
  input: EnvironmentVariableInput[],
  stored: StoredVariable[],
  field: string[],
  problems: Problems,
): DraftVariable[] {
  if (input.length > limits.dockerItems) {
    const message = `Expected at most ${limits.dockerItems}, got ${input.length}.`;
    problems.push({ code: UserErrorCode.INVALID, field, message });
    return [];
  }
  const secrets = new Set(stored.filter((variable) => "sealed" in variable).map(({ name }) => name));
  const seen = new Set<string>();
  return input.map(({ name, value, secret }, index) => {
    const path = [...field, String(index)];
    readName(name, seen, [...path, "name"], problems);
    const draft = { name, value: value ?? null, secret: secret ?? secrets.has(name) };
    const wrong = wrongValue(value, draft.secret, secrets.has(name));
    if (secret === null)
      invalid("Expected true or false, got null; leave it out to keep it.", [...path, "secret"], problems);
    else if (wrong) invalid(wrong, [...path, "value"], problems);
    else if (draft.value !== null) readText(draft.value, limits.dockerValue, [...path, "value"], problems);
    return draft;
  });
}

function readName(name: string, seen: Set<string>, field: string[], problems: Problems): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,254}$/.test(name)) {
    invalid(
      `Expected 1 to 255 letters, digits and _, not starting with a digit, got ${oddity(name)}.`,
      field,
      problems,
    );
  } else if (seen.has(name)) {
    const message = `Expected every name once, got ${name} again.`;
    problems.push({ code: UserErrorCode.DUPLICATE, field, message });
  }
  seen.add(name);
}

/** What is odd about a name, without the name. */
function oddity(name: string): string {
  const odd = /[^A-Za-z0-9_]/u.exec(name);
  if (odd) return `${JSON.stringify(odd[0])} after ${odd.index} characters`;
  return name === "" ? "no characters" : name.length > 255 ? `${name.length} characters` : "a digit first";
}

function wrongValue(
  value: string | null | undefined,
  secret: boolean,
  isStoredSecret: boolean,
): string | undefined {
  if (value === null) return "Expected a value, got null; leave it out to keep a stored secret.";
  if (value !== undefined || (secret && isStoredSecret)) return undefined;
  return isStoredSecret
    ? "Expected a value, got none: a secret becomes a plain variable only together with its value."
    : "Expected a value, got none: no secret is stored under this name.";
}

function invalid(message: string, field: string[], problems: Problems): void {
  problems.push({ code: UserErrorCode.INVALID, field, message });
}
