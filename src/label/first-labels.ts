import type { Batch } from "../batch.ts";
import { spend } from "../budget.ts";
import type { Context } from "../context.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import type { LabelRow } from "./label.ts";

export const firstLabelsDescription = "Only so many from the start: a card shows a few.";

/** The labels of something that knows how many it has. @throws Refusal at `first` */
export function firstLabels(
  context: Context,
  labelsOf: Batch<string, LabelRow[], number | null>,
  { id, labelCount }: { id: string; labelCount: number },
  first: number | null,
): Promise<LabelRow[]> {
  if (first !== null && first < 0)
    refuse(UserErrorCode.INVALID, ["first"], `Expected 0 or more, got ${first}.`);
  spend(context, Math.min(first ?? labelCount, labelCount));
  return labelsOf(context, id, first);
}
