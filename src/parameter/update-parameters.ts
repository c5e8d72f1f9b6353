import type { EntityManager } from "typeorm";
import { editSection } from "../model-version/edit-section.ts";
import type { PartTable } from "../part-table.ts";
import { requireRevision } from "../revision.ts";
import type { Problems } from "../text.ts";
import { Refusal } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { checkParameters, readParameters } from "./parameter.input.ts";
import { deleteParameters, readParametersOf, versionParameters, writeParameters } from "./parameter.ts";
import {
  applyToParameters,
  inOrder,
  isSame,
  type ParameterDifference,
  type ParameterList,
  parameterDifference,
  toParameterList,
} from "./parameter-list.ts";
import { readParameterOperations, type UpdateParametersInput } from "./update-parameters.input.ts";

/** Edits the training parameters of a version. @returns what became of them. @throws Refusal */
export async function updateParameters(
  tx: EntityManager,
  viewer: Viewer,
  versionUuid: string,
  input: UpdateParametersInput,
  expectedRevision: number | null,
): Promise<ParameterDifference> {
  const change = readParametersEdit(input, expectedRevision);
  const section = { versionUuid, section: "parameters", expectedRevision } as const;
  const edited = await editSection(tx, viewer, section, () => change(tx, versionParameters, versionUuid));
  return edited.difference;
}

/** What the input does to parameters. @throws Refusal with all that is wrong with it by itself */
export function readParametersEdit(input: UpdateParametersInput, expectedRevision: number | null) {
  const edited = readInput(input, expectedRevision);
  return async (tx: EntityManager, table: PartTable, ownerId: string) => {
    const before = toParameterList(await readParametersOf(tx, table, ownerId));
    const after = edited(before);
    const difference = parameterDifference(before, after);
    const changed =
      Object.values(difference).some(({ length }) => length > 0) || namesOf(before) !== namesOf(after);
    if (changed) await write(tx, table, ownerId, before, after);
    return { changed, difference };
  };
}

/** What the input makes of parameters. @throws Refusal with all that is wrong with it by itself */
function readInput(
  input: UpdateParametersInput,
  expectedRevision: number | null,
): (before: ParameterList) => ParameterList {
  const problems: Problems = [];
  if (input.replace) requireRevision(expectedRevision, problems);
  const replace = input.replace && readParameters(input.replace, ["input", "replace"], problems);
  const field = ["input", "operations"];
  const operations = readParameterOperations(input.operations ?? [], field, problems);
  if (problems.length > 0) throw new Refusal(problems);
  return (before) => {
    if (replace) return toParameterList(replace);
    const after = new Map(before);
    applyToParameters(after, operations, field, problems);
    if (problems.length === 0) checkParameters([...after.values()], field, problems);
    if (problems.length > 0) throw new Refusal(problems);
    return after;
  };
}

/** The names in their order, in which two lists with the same parameters can still differ. */
function namesOf(list: ParameterList): string {
  return JSON.stringify(inOrder(list).map(({ name }) => name));
}

/** Only the end is written, and of that only what is new. */
async function write(
  tx: EntityManager,
  table: PartTable,
  ownerId: string,
  before: ParameterList,
  after: ParameterList,
): Promise<void> {
  const removed = [...before.keys()].filter((name) => !after.has(name));
  await deleteParameters(tx, table, ownerId, removed);
  const written = [...after.values()].filter((parameter) => {
    const old = before.get(parameter.name);
    return !old || old.position !== parameter.position || !isSame(old, parameter);
  });
  await writeParameters(tx, table, ownerId, written);
}
