import { Field, ObjectType, registerEnumType } from "type-graphql";

export enum UserErrorCode {
  INVALID = "INVALID",
  DUPLICATE = "DUPLICATE",
  NOT_FOUND = "NOT_FOUND",
  TAKEN = "TAKEN",
  CONFLICT = "CONFLICT",
}

registerEnumType(UserErrorCode, {
  name: "UserErrorCode",
  description: "Why a mutation was refused.",
  valuesConfig: {
    INVALID: {
      description: "The value itself is not acceptable: blank, too long, out of range, of the wrong form.",
    },
    DUPLICATE: { description: "The same key stands twice in the input." },
    NOT_FOUND: { description: "There is no such object in the organization." },
    TAKEN: { description: "Another object has this name already." },
    CONFLICT: { description: "It contradicts what has happened before." },
  },
});

@ObjectType({
  description: "Something in the input of a mutation that the user can mend. Nothing was changed.",
})
export class UserError {
  @Field(() => String, { description: "What was expected and what came, as a sentence for people." })
  message!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'The path to the argument at fault, such as `["input", "labels", "3", "name"]`.',
  })
  field!: string[] | null;

  @Field(() => UserErrorCode, { description: "The kind of error, for programs." })
  code!: UserErrorCode;
}

/** Thrown to refuse a request for what stands in its arguments. A mutation answers with it as `userErrors`. */
export class Refusal extends Error {
  constructor(readonly userErrors: UserError[]) {
    super(
      userErrors
        .slice(0, 3)
        .map(({ message }) => message)
        .join(" "),
    );
  }
}

export function refuse(code: UserErrorCode, field: string[] | null, message: string): never {
  throw new Refusal([{ code, field, message }]);
}

/** Also for an object of another organization: nobody can tell the two apart. */
export function notFound(noun: string, field: string[]): never {
  refuse(UserErrorCode.NOT_FOUND, field, `There is no ${noun} with this id.`);
}
