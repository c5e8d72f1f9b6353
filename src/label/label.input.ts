import { Extensions, Field, InputType, Int } from "type-graphql";
import { limits } from "../limits.ts";
import { type Problems, readName } from "../text.ts";
import { UserErrorCode } from "../user-error.ts";

@InputType({ description: "One label of a label map." })
export class LabelInput {
  @Field(() => Int, { description: "Unique in its label map; a 32-bit integer." })
  index!: number;

  @Field(() => String, { description: `What people call the class; 1 to ${limits.name} characters.` })
  name!: string;
}

@InputType({
  description: "Gives a label another index, another name, or both. What is left out stays as it is.",
})
export class LabelModification {
  @Field(() => Int, { description: "The index that the label has by then." })
  index!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      "Its new index; cannot be null. One that another label has by then is refused with the code CONFLICT: " +
      "two labels are swapped in three steps, by way of an index that is free.",
  })
  newIndex?: number | null;

  @Field(() => String, {
    nullable: true,
    description: `Its new name; 1 to ${limits.name} characters; cannot be null.`,
  })
  newName?: string | null;
}

@InputType({ description: "Takes a label out of the map." })
export class LabelRemoval {
  @Field(() => Int, { description: "The index that the label has by then." })
  index!: number;
}

@Extensions({ oneOf: true })
@InputType({ description: "One step of an edit of a label map: exactly one of these." })
export class LabelOperation {
  @Field(() => LabelInput, {
    nullable: true,
    description: "Adds a label; one that has this index by then is overwritten.",
  })
  set?: LabelInput;

  @Field(() => LabelModification, { nullable: true, description: "Changes a label that is there by then." })
  modify?: LabelModification;

  @Field(() => LabelRemoval, { nullable: true, description: "Removes a label that is there by then." })
  remove?: LabelRemoval;
}

@Extensions({ oneOf: true })
@InputType({ description: "An edit of a label map: exactly one of these." })
export class UpdateLabelMapInput {
  @Field(() => [LabelOperation], {
    nullable: true,
    description:
      "Steps that are done in this order, all or none; each finds the map as the one before has left it. " +
      `At most ${limits.labelOperations}, and at most ${limits.labels} labels at the end.`,
  })
  operations?: LabelOperation[];

  @Field(() => [LabelInput], {
    nullable: true,
    description: `The whole map as it is to be, which needs \`expectedRevision\`; at most ${limits.labels} labels.`,
  })
  replace?: LabelInput[];
}

/** A whole label map as it is stored. */
export function readLabels(input: LabelInput[], field: string[], problems: Problems): LabelInput[] {
  if (input.length > limits.labels) {
    const message = `Expected at most ${limits.labels} labels, got ${input.length}.`;
    problems.push({ code: UserErrorCode.INVALID, field, message });
    return [];
  }
  const seen = new Set<number>();
  return input.map(({ index, name }, position) => {
    const path = [...field, String(position)];
    if (seen.has(index)) {
      const message = `Expected every index once, got ${index} again.`;
      problems.push({ code: UserErrorCode.DUPLICATE, field: [...path, "index"], message });
    }
    seen.add(index);
    return { index, name: readName(name, [...path, "name"], problems) };
  });
}

/** The steps of an edit as they are applied; each is checked by itself here. */
export function readLabelOperations(
  input: LabelOperation[],
  field: string[],
  problems: Problems,
): LabelOperation[] {
  if (input.length > limits.labelOperations) {
    const message = `Expected at most ${limits.labelOperations} operations, got ${input.length}.`;
    problems.push({ code: UserErrorCode.INVALID, field, message });
    return [];
  }
  return input.map(({ set, modify, remove }, position) => {
    const path = [...field, String(position)];
    if (set) return { set: { ...set, name: readName(set.name, [...path, "set", "name"], problems) } };
    if (modify) return { modify: readModification(modify, [...path, "modify"], problems) };
    return { ...(remove && { remove }) };
  });
}

function readModification(modify: LabelModification, path: string[], problems: Problems): LabelModification {
  const { index, newIndex, newName } = modify;
  if (newIndex === null) {
    const message = "Expected an index, got null; leave it out to keep the one that it has.";
    problems.push({ code: UserErrorCode.INVALID, field: [...path, "newIndex"], message });
  }
  const name = newName === undefined ? undefined : readName(newName, [...path, "newName"], problems);
  return { index, ...(newIndex !== undefined && { newIndex }), ...(name !== undefined && { newName: name }) };
}
