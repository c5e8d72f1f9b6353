import { Arg, Ctx, Field, FieldResolver, Mutation, ObjectType, Resolver, Root } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { apiError } from "../errors.ts";
import { transact } from "../mutation.ts";
import { UserError } from "../user-error.ts";
import { updateUser } from "./update-user.ts";
import { UpdateUserInput } from "./user.input.ts";
import { User, userById } from "./user.ts";

@ObjectType({ description: "What came of `updateProfile`." })
export class UpdateProfilePayload {
  @Field(() => User, {
    nullable: true,
    description: "The user as it is now, also when the edit was refused.",
  })
  user!: User | null;

  @Field(() => [UserError], { description: "Why it was refused; empty when it was not." })
  userErrors!: UserError[];
}

@Resolver(() => User)
export class UserResolver {
  @Mutation(() => UpdateProfilePayload, {
    description: "Changes how one is shown oneself, in every organization that one belongs to.",
  })
  async updateProfile(
    @Arg("input", () => UpdateUserInput, { description: "The changes." }) input: UpdateUserInput,
    @Ctx() context: Context,
  ): Promise<UpdateProfilePayload> {
    const { userId, capped } = viewerOf(context);
    if (capped) throw apiError("FORBIDDEN", "This needs an API token with the whole role of its member.");
    const { userErrors } = await transact(context, (tx) => updateUser(tx, userId, input));
    return { user: await userById(context, userId), userErrors };
  }

  @FieldResolver(() => Boolean, { description: "Whether it is a script rather than a person." })
  service(@Root() { email }: User): boolean {
    return email === null;
  }
}
