import { Field, InputType, Int } from "type-graphql";
import { limits } from "../limits.ts";
import { type Problems, readName } from "../text.ts";
import { UserErrorCode } from "../user-error.ts";

@InputType({ description: "One label of a label map." })
export class LabelInput {
  @Field(() => Int, { description: "Unique in the version; a 32-bit integer." })
  index!: number;

  @Field(() => String, { description: `What people call the class; 1 to ${limits.name} characters.` })
  name!: string;
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
