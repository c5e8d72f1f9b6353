import type { EntityManager } from "typeorm";
import { limits } from "../limits.ts";
import { editSection } from "../model-version/edit-section.ts";
import type { ModelVersion } from "../model-version/model-version.ts";
import { requireRevision } from "../revision.ts";
import type { Problems } from "../text.ts";
import { Refusal, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import {
  type LabelInput,
  type LabelOperation,
  readLabelOperations,
  readLabels,
  type UpdateLabelMapInput,
} from "./label.input.ts";
import { deleteLabels, insertLabels, labelMapOf, renameLabels } from "./label.ts";
import { applyToLabelMap, indexesIn, type LabelMapDifference, labelMapDifference } from "./label-map.ts";

/** Edits the label map of a version. @returns what became of it. @throws Refusal */
export async function updateLabelMap(
  tx: EntityManager,
  viewer: Viewer,
  versionUuid: string,
  input: UpdateLabelMapInput,
  expectedRevision: number | null,
): Promise<LabelMapDifference> {
  const read = readInput(input, expectedRevision);
  const section = { versionUuid, section: "labels", expectedRevision } as const;
  const { difference } = await editSection(tx, viewer, section, async (version) => {
    const difference = read.replace
      ? await replacement(tx, version, read.replace)
      : await outcome(tx, version, read.operations);
    await write(tx, version, difference);
    return { changed: Object.values(difference).some(({ length }) => length > 0), difference };
  });
  return difference;
}

/** The input as it is applied. @throws Refusal with all that is wrong with it by itself */
function readInput(input: UpdateLabelMapInput, expectedRevision: number | null) {
  const problems: Problems = [];
  if (input.replace) requireRevision(expectedRevision, problems);
  const replace = input.replace && readLabels(input.replace, ["input", "replace"], problems);
  const operations = readLabelOperations(input.operations ?? [], ["input", "operations"], problems);
  if (problems.length > 0) throw new Refusal(problems);
  return { replace, operations };
}

async function replacement(
  tx: EntityManager,
  version: ModelVersion,
  labels: LabelInput[],
): Promise<LabelMapDifference> {
  const after = new Map(labels.map(({ index, name }) => [index, name]));
  return labelMapDifference(await labelMapOf(tx, version.id, null), after);
}

/** Only the labels that the operations speak of are read: one edit of a large map is a small one. */
async function outcome(
  tx: EntityManager,
  version: ModelVersion,
  operations: LabelOperation[],
): Promise<LabelMapDifference> {
  const before = await labelMapOf(tx, version.id, indexesIn(operations));
  const after = new Map(before);
  applyToLabelMap(after, operations, ["input", "operations"]);
  const count = version.labelCount + after.size - before.size;
  if (count > limits.labels) {
    const message = `Expected at most ${limits.labels} labels at the end, got ${count}.`;
    refuse(UserErrorCode.INVALID, ["input", "operations"], message);
  }
  return labelMapDifference(before, after);
}

/** Only the end is written, so that no step on the way there meets the primary key. */
async function write(
  tx: EntityManager,
  { id }: ModelVersion,
  { added, changed, removed }: LabelMapDifference,
): Promise<void> {
  await deleteLabels(tx, id, removed);
  await renameLabels(
    tx,
    id,
    changed.map(({ after }) => after),
  );
  await insertLabels(tx, id, added);
}
