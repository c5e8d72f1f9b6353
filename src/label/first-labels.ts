import { spend } from "../budget.ts";
import type { Context } from "../context.ts";
import type { Look } from "../read-ahead/look.ts";
import { Reads } from "../read-ahead/reads.ts";
import type { Parent } from "../read-ahead/relation.ts";
import type { Soon } from "../read-ahead/soon.ts";
import type { LabelRow } from "./label.ts";

export const firstLabelsDescription = "Only so many from the start: a card shows a few.";

/** A field that gives labels by `firstLabels`. */
export function ReadsFirstLabels(labelsOf: Look<string, LabelRow[], number | null>): MethodDecorator {
  return Reads(labelsOf, {
    args: ({ first }: { first?: number | null }) => first ?? null,
    needs: ["labelCount"],
  });
}

/** The labels of something that knows how many it has. @throws Refusal at `first` */
export function firstLabels<Property extends string>(
  context: Context,
  labelsOf: Look<Property, LabelRow[], number | null>,
  owner: Parent<Property> & { labelCount: number },
  first: number | null,
): Soon<LabelRow[]> {
  const { labelCount } = owner;
  spend(context, Math.max(0, Math.min(first ?? labelCount, labelCount)));
  return labelsOf(context, owner, first ?? null);
}
