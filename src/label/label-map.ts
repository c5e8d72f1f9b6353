import { Field, ObjectType } from "type-graphql";
import { limits } from "../limits.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import type { LabelModification, LabelOperation } from "./label.input.ts";
import { Label, type LabelRow } from "./label.ts";

/** A label map in memory: names by their index. */
export type LabelMap = Map<number, string>;

@ObjectType({ description: "An index of a label map that has another name than before." })
export class LabelChange {
  @Field(() => Label, { description: "The label before the edit." })
  before!: LabelRow;

  @Field(() => Label, { description: "The label after it, with the same index." })
  after!: LabelRow;
}

/** What makes one label map out of another, index by index. */
export interface LabelMapDifference {
  added: LabelRow[];
  changed: LabelChange[];
  removed: LabelRow[];
}

/**
 * Does the operations in their order, each on what the one before has left.
 *
 * @throws Refusal at the first that cannot be done; `field` is the path to the operations
 */
export function applyToLabelMap(map: LabelMap, operations: LabelOperation[], field: string[]): void {
  operations.forEach(({ set, modify, remove }, position) => {
    const path = [...field, String(position)];
    if (set) map.set(set.index, set.name);
    if (modify) modifyLabel(map, modify, [...path, "modify"]);
    if (remove) takeLabel(map, remove.index, [...path, "remove"]);
  });
}

/** Every index that the operations speak of: nothing else of the map matters to them. */
export function indexesIn(operations: LabelOperation[]): number[] {
  const indexes = operations.flatMap(({ set, modify, remove }) => [
    set?.index,
    modify?.index,
    modify?.newIndex,
    remove?.index,
  ]);
  return [...new Set(indexes.filter((index) => index != null))];
}

/** @throws Refusal when that many labels are too many for an edit to end with */
export function requireRoom(count: number): void {
  if (count <= limits.labels) return;
  const message = `Expected at most ${limits.labels} labels at the end, got ${count}.`;
  refuse(UserErrorCode.INVALID, ["input", "operations"], message);
}

export function labelMapDifference(before: LabelMap, after: LabelMap): LabelMapDifference {
  const difference: LabelMapDifference = { added: [], changed: [], removed: [] };
  for (const index of [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => a - b)) {
    const [old, now] = [labelAt(before, index), labelAt(after, index)];
    if (old && now && old.name !== now.name) difference.changed.push({ before: old, after: now });
    if (!old && now) difference.added.push(now);
    if (old && !now) difference.removed.push(old);
  }
  return difference;
}

function labelAt(map: LabelMap, index: number): LabelRow | undefined {
  const name = map.get(index);
  return name === undefined ? undefined : { index, name };
}

function modifyLabel(map: LabelMap, { index, newIndex, newName }: LabelModification, path: string[]): void {
  const name = takeLabel(map, index, path);
  const target = newIndex ?? index;
  if (map.has(target)) {
    const message = `Expected an index that is free by then, got ${target}: "${map.get(target)?.slice(0, 80)}" has it.`;
    refuse(UserErrorCode.CONFLICT, [...path, "newIndex"], message);
  }
  map.set(target, newName ?? name);
}

/** Takes the label out of the map, and gives its name. */
function takeLabel(map: LabelMap, index: number, path: string[]): string {
  const name = map.get(index);
  if (name === undefined) {
    const message = `Expected the index of a label that is there by then, got ${index}.`;
    refuse(UserErrorCode.NOT_FOUND, [...path, "index"], message);
  }
  map.delete(index);
  return name;
}
