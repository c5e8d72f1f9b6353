import { Field, ObjectType } from "type-graphql";
import { UserError } from "./user-error.ts";

/** What a resolver answers for a mutation: each part can be null, and its description says when. */
export type Payload<Parts extends object> = { [part in keyof Parts]: Parts[part] | null } & {
  userErrors: UserError[];
};

/**
 * Declares `XPayload`, the type of what came of a mutation. One with lists, or with more to say, is a class of its own.
 *
 * @param parts what it tells beside `userErrors`, by field: a GraphQL type and a sentence.
 */
export function payloadType(
  mutation: string,
  parts: { [part: string]: [type: object, description: string] },
) {
  class PayloadOfMutation {}
  const name = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Payload`;
  ObjectType(name, { description: `What came of \`${mutation}\`.` })(PayloadOfMutation);
  for (const [part, [type, description]] of Object.entries(parts))
    Field(() => type, { nullable: true, description })(PayloadOfMutation.prototype, part);
  Field(() => [UserError], { description: "Why it was refused; empty when it was not." })(
    PayloadOfMutation.prototype,
    "userErrors",
  );
  return PayloadOfMutation;
}
