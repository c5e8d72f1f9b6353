import { type FieldNode, GraphQLError, getArgumentValues } from "graphql";
import { Refusal } from "../user-error.ts";
import type { WriteJson } from "./json.ts";
import type { Wanted, Wish } from "./relation.ts";
import { below, fieldsOf, type Selection } from "./selection.ts";

/** What a field of a type says about how it is read; see `reads.ts`. */
export interface FieldReads {
  /** What hangs on the row. */
  wishes?: (args: { [name: string]: unknown }, below: Selection | null) => Wish[];
  /** Which properties of the row its resolver uses. */
  needs?: readonly string[];
  /** How PostgreSQL writes the field. */
  json?: WriteJson;
}

export function wholeRow(): Wanted {
  return { whole: true, columns: new Set(), wishes: new Map() };
}

export function columnsOnly(columns: readonly string[]): Wanted {
  return { whole: false, columns: new Set(columns), wishes: new Map() };
}

/**
 * What the fields of a selection need of their row. It may show in several places of an answer, such as in the nodes and in the
 * edges of a page: one key can be one field here and another there, so that each is looked at apart.
 */
export function wantedFor(selection: Selection): Wanted {
  const wanted = columnsOnly([]);
  for (const node of [...fieldsOf(selection).values()].flat()) {
    const field = selection.type.getFields()[node.name.value];
    if (!field) continue; // __typename
    const reads = field.extensions.reads as FieldReads | undefined;
    if (!reads) {
      wanted.columns.add(field.name);
      continue;
    }
    for (const property of reads.needs ?? []) wanted.columns.add(property);
    for (const wish of wishesOf(reads, selection, node)) addWish(wanted, wish);
  }
  return wanted;
}

/** An argument that is refused is refused by the resolver, at its own path; nothing is read ahead for it. */
function wishesOf(reads: FieldReads, { info, type }: Selection, node: FieldNode): Wish[] {
  const field = type.getFields()[node.name.value];
  if (!field || !reads.wishes) return [];
  try {
    const args = getArgumentValues(field, node, info.variableValues);
    return reads.wishes(args, below(info, field.type, [node]));
  } catch (error) {
    if (error instanceof Refusal || error instanceof GraphQLError) return [];
    throw error;
  }
}

/** Two fields can wish for the same: they share what is read. */
export function addWish(wanted: Wanted, wish: Wish): void {
  // One row without arguments is always read ahead; for all else the resolver may have to fall back on the key.
  if (wish.relation.kind !== "one" || wish.args !== undefined)
    for (const property of Object.keys(wish.relation.key)) wanted.columns.add(property);
  const known = wanted.wishes.get(wish.place);
  if (known) merge(known.wanted, wish.wanted);
  else wanted.wishes.set(wish.place, wish);
}

function merge(into: Wanted, more: Wanted): void {
  into.whole ||= more.whole;
  for (const property of more.columns) into.columns.add(property);
  for (const wish of more.wishes.values()) addWish(into, wish);
}
