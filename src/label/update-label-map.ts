import type { EntityManager } from "typeorm";
import { limits } from "../limits.ts";
import { type Edited, editSection } from "../model-version/edit-section.ts";
import type { PartTable } from "../part-table.ts";
import { requireRevision } from "../revision.ts";
import type { Problems } from "../text.ts";
import { Refusal, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import {
  type LabelOperation,
  readLabelOperations,
  readLabels,
  type UpdateLabelMapInput,
} from "./label.input.ts";
import { deleteLabels, type LabelRow, labelMapOf, versionLabels, writeLabels } from "./label.ts";
import {
  applyToLabelMap,
  indexesIn,
  type LabelMap,
  type LabelMapDifference,
  labelMapDifference,
} from "./label-map.ts";

/** What has a label map, and knows how many labels are in it. */
interface Labelled {
  id: string;
  labelCount: number;
}

interface LabelMapChange {
  changed: boolean;
  difference: LabelMapDifference;
}

/** Edits the label map of a version. @returns what became of it, and the version. @throws Refusal */
export async function updateLabelMap(
  tx: EntityManager,
  viewer: Viewer,
  versionUuid: string,
  input: UpdateLabelMapInput,
  expectedRevision: number | null,
): Promise<LabelMapDifference & Edited> {
  const { look, change } = readLabelMapEdit(input, expectedRevision);
  const edit = { versionUuid, section: "labels", expectedRevision } as const;
  const { difference, version } = await editSection(
    tx,
    viewer,
    { ...edit, look: () => look(tx, versionLabels, versionUuid) },
    (owner, before) => change(tx, versionLabels, owner, before),
  );
  return { ...difference, version };
}

/** What the input does to a label map. @throws Refusal with all that is wrong with it by itself */
export function readLabelMapEdit(input: UpdateLabelMapInput, expectedRevision: number | null) {
  const problems: Problems = [];
  if (input.replace) requireRevision(expectedRevision, problems);
  const replace = input.replace && readLabels(input.replace, ["input", "replace"], problems);
  const operations = readLabelOperations(input.operations ?? [], ["input", "operations"], problems);
  if (problems.length > 0) throw new Refusal(problems);
  return {
    /** Only the labels that the operations speak of are read: one edit of a large map is a small one. */
    look: (tx: EntityManager, table: PartTable, ownerId: string) =>
      labelMapOf(tx, table, ownerId, replace ? null : indexesIn(operations)),
    change: (tx: EntityManager, table: PartTable, owner: Labelled, before: LabelMap) =>
      write(tx, table, owner, replace ? becoming(before, replace) : outcome(before, owner, operations)),
  };
}

/** Makes a label map this one. */
export async function replaceLabels(
  tx: EntityManager,
  table: PartTable,
  owner: Pick<Labelled, "id">,
  labels: LabelRow[],
): Promise<LabelMapChange> {
  return write(tx, table, owner, becoming(await labelMapOf(tx, table, owner.id, null), labels));
}

function becoming(before: LabelMap, labels: LabelRow[]): LabelMapDifference {
  return labelMapDifference(before, new Map(labels.map(({ index, name }) => [index, name])));
}

function outcome(
  before: LabelMap,
  { labelCount }: Labelled,
  operations: LabelOperation[],
): LabelMapDifference {
  const after = new Map(before);
  applyToLabelMap(after, operations, ["input", "operations"]);
  const count = labelCount + after.size - before.size;
  if (count > limits.labels) {
    const message = `Expected at most ${limits.labels} labels at the end, got ${count}.`;
    refuse(UserErrorCode.INVALID, ["input", "operations"], message);
  }
  return labelMapDifference(before, after);
}

/** Only the end is written, so that no step on the way there meets the primary key. */
async function write(
  tx: EntityManager,
  table: PartTable,
  { id }: Pick<Labelled, "id">,
  difference: LabelMapDifference,
): Promise<LabelMapChange> {
  const { added, changed, removed } = difference;
  await deleteLabels(tx, table, id, removed);
  await writeLabels(tx, table, id, [...changed.map(({ after }) => after), ...added]);
  return { changed: added.length + changed.length + removed.length > 0, difference };
}
