import { Field, ObjectType } from "type-graphql";
import type { Problems } from "../text.ts";
import { Refusal, type UserError, UserErrorCode } from "../user-error.ts";
import { readValue } from "./parameter.input.ts";
import { Parameter, type ParameterRow } from "./parameter.ts";
import type { ParameterModification, ParameterOperation } from "./update-parameters.input.ts";

/** Parameters in memory, by their names; their `position` tells the order. */
export type ParameterList = Map<string, ParameterRow>;

@ObjectType({ description: "A parameter that has another type or value than before." })
export class ParameterChange {
  @Field(() => Parameter, { description: "The parameter before the edit." })
  before!: ParameterRow;

  @Field(() => Parameter, { description: "The parameter after it, with the same name." })
  after!: ParameterRow;
}

type TypedValue = Pick<ParameterRow, "type" | "value">;

/** What makes one list of parameters out of another, name by name. */
export interface ParameterDifference {
  added: ParameterRow[];
  changed: ParameterChange[];
  removed: ParameterRow[];
}

export function toParameterList(parameters: ParameterRow[]): ParameterList {
  return new Map(parameters.map((parameter) => [parameter.name, parameter]));
}

export function inOrder(list: ParameterList): ParameterRow[] {
  return [...list.values()].sort((a, b) => a.position - b.position);
}

/**
 * Does the operations in their order, each on what the one before has left; gathers what is wrong with values.
 *
 * @throws Refusal at the first that cannot be done; `field` is the path to the operations
 */
export function applyToParameters(
  list: ParameterList,
  operations: ParameterOperation[],
  field: string[],
  problems: Problems,
): void {
  let last = Math.max(0, ...[...list.values()].map(({ position }) => position));
  operations.forEach(({ set, modify, remove }, index) => {
    const path = [...field, String(index)];
    if (set) {
      const { type, position } = list.get(set.name) ?? { position: ++last };
      const value = readValue(set, [...path, "set", "value"], problems, type);
      list.set(set.name, { name: set.name, position, ...value });
    }
    if (modify) modifyParameter(list, modify, [...path, "modify"], problems);
    if (remove) takeParameter(list, remove.name, [...path, "remove"], problems);
  });
}

export function parameterDifference(before: ParameterList, after: ParameterList): ParameterDifference {
  const difference: ParameterDifference = { added: [], changed: [], removed: [] };
  for (const parameter of inOrder(after)) {
    const old = before.get(parameter.name);
    if (!old) difference.added.push(parameter);
    else if (!isSame(old, parameter)) difference.changed.push({ before: old, after: parameter });
  }
  difference.removed = inOrder(before).filter(({ name }) => !after.has(name));
  return difference;
}

/** An object with its properties in another order is another value: scripts may see the difference. */
export function isSame(one: TypedValue, other: TypedValue): boolean {
  return one.type === other.type && JSON.stringify(one.value) === JSON.stringify(other.value);
}

function modifyParameter(
  list: ParameterList,
  { name, newName = name, value, type }: ParameterModification,
  path: string[],
  problems: Problems,
): void {
  const old = takeParameter(list, name, path, problems);
  const target = String(newName);
  if (list.has(target)) {
    const message = `Expected a name that is free by then, got "${target.slice(0, 80)}".`;
    stop(problems, { code: UserErrorCode.CONFLICT, field: [...path, "newName"], message });
  }
  list.set(target, { ...old, ...changedValue(old, { value, type }, path, problems), name: target });
}

/** The value and the type that a modification gives a parameter. */
function changedValue(
  old: ParameterRow,
  { value, type }: Pick<ParameterModification, "value" | "type">,
  path: string[],
  problems: Problems,
): Pick<ParameterRow, "value" | "type"> {
  if (value !== undefined) return readValue({ value, type }, [...path, "value"], problems, old.type);
  if (type === undefined) return old;
  return readValue({ value: old.value, type }, [...path, "type"], problems);
}

/** Takes the parameter out of the list, and gives it. */
function takeParameter(list: ParameterList, name: string, path: string[], problems: Problems): ParameterRow {
  const parameter = list.get(name);
  if (!parameter) {
    const message = `Expected the name of a parameter that is there by then, got "${name.slice(0, 80)}".`;
    stop(problems, { code: UserErrorCode.NOT_FOUND, field: [...path, "name"], message });
  }
  list.delete(name);
  return parameter;
}

/** What the following operations would find is not known any more. */
function stop(problems: Problems, problem: UserError): never {
  throw new Refusal([...problems, problem]);
}
