import { limits } from "../../limits.ts";
import { badForm } from "./bad-form.ts";

/** Which variable each file of a multipart request is: the steps to it from `operations`, by the name of the part. */
export type FileMap = Map<string, string[]>;

/**
 * Reads the field `map`. The package that puts the files into their places trusts it, so only paths of this form pass:
 * they lead from `variables` by names and indices of the request's own to null, and no two lead to the same place.
 *
 * @throws GraphQLError with the code BAD_REQUEST
 */
export function readFileMap(map: unknown, operations: object): FileMap {
  if (typeof map !== "object" || map === null || Array.isArray(map))
    badForm("Expected the field map to be a JSON object.");
  const entries = Object.entries(map);
  if (entries.length > limits.filesAtOnce)
    badForm(`Expected at most ${limits.filesAtOnce} files in a request, got ${entries.length}.`);
  const files: FileMap = new Map(entries.map(([part, paths]) => [part, stepsOf(paths)]));
  const places = [...files.values()].map((steps) => steps.join("."));
  if (new Set(places).size < places.length) badForm("Expected a variable of its own for each file in map.");
  for (const steps of files.values()) {
    if (!leadsToNull(operations, steps))
      badForm("Expected each path in map to lead to a variable that is null in operations.");
  }
  return files;
}

/** A name of GraphQL, or an index as JavaScript writes it. What every object inherits is no variable's name. */
const path = /^variables(\.(?!(__proto__|constructor|prototype)(\.|$))([_A-Za-z]\w*|0|[1-9]\d{0,8}))+$/;

function stepsOf(paths: unknown): string[] {
  const [only, ...others] = Array.isArray(paths) ? paths : [];
  if (typeof only === "string" && others.length === 0 && path.test(only)) return only.split(".");
  badForm("Expected each file in map to have one path, such as variables.input.file.");
}

function leadsToNull(operations: object, steps: string[]): boolean {
  let place: unknown = operations;
  for (const step of steps) {
    if (typeof place !== "object" || place === null || !Object.hasOwn(place, step)) return false;
    if (Array.isArray(place) && step === "length") return false;
    place = (place as { [step: string]: unknown })[step];
  }
  return place === null;
}
