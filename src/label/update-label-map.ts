import type { EntityManager } from "typeorm";
import { type Edited, editSection } from "../model-version/edit-section.ts";
import type { PartTable } from "../part-table.ts";
import { requireRevision } from "../revision.ts";
import type { Problems } from "../text.ts";
import { Refusal } from "../user-error.ts";
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
  requireRoom,
} from "./label-map.ts";
import { setLabels } from "./set-labels.ts";

/** What has a label map, and knows how many labels are in it. */
interface Labelled {
  id: string;
  labelCount: number;
}

interface LabelMapChange {
  changed: boolean;
  difference: LabelMapDifference;
}

export interface VersionLabelMapEdit {
  versionUuid: string;
  input: UpdateLabelMapInput;
  expectedRevision: number | null;
  /** Whether anybody wants to know the difference: without it, labels are set and nothing is read before. */
  compared: boolean;
}

/** Edits the label map of a version. @returns what became of it, and the version. @throws Refusal */
export async function updateLabelMap(
  tx: EntityManager,
  viewer: Viewer,
  { versionUuid, input, expectedRevision, compared }: VersionLabelMapEdit,
): Promise<LabelMapDifference & Edited> {
  const { set, look, change } = readLabelMapEdit(input, expectedRevision);
  if (set && !compared) {
    const { answer } = await setLabels(tx, viewer, { versionUuid, labels: set, expectedRevision });
    return { added: [], changed: [], removed: [], version: answer };
  }
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
    /** The labels that it sets, whatever is there; null when it does anything else. */
    set: operations.length > 0 ? onlySet(operations) : null,
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

function onlySet(operations: LabelOperation[]): LabelRow[] | null {
  const labels = operations.flatMap(({ set }) => set ?? []);
  return labels.length < operations.length
    ? null
    : [...new Map(labels.map((label) => [label.index, label])).values()];
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
  requireRoom(labelCount + after.size - before.size);
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
