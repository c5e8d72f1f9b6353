import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { apiError } from "../errors.ts";
import { transact } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { InSql, Needs } from "../read-ahead/reads.ts";
import { updateUser } from "./update-user.ts";
import { UpdateUserInput } from "./user.input.ts";
import { User, userById } from "./user.ts";

const UpdateProfilePayload = payloadType("updateProfile", {
  user: [User, "The user as it is now, also when the edit was refused."],
});

@Resolver(() => User)
export class UserResolver {
  @Mutation(() => UpdateProfilePayload, {
    description: "Changes how one is shown oneself, in every organization that one belongs to.",
  })
  async updateProfile(
    @Arg("input", () => UpdateUserInput, { description: "The changes." }) input: UpdateUserInput,
    @Ctx() context: Context,
  ): Promise<Payload<{ user: User }>> {
    const { userId, capped } = viewerOf(context);
    if (capped) throw apiError("FORBIDDEN", "This needs an API token with the whole role of its member.");
    const { userErrors } = await transact(context, (tx) => updateUser(tx, userId, input));
    return { user: await userById(context, userId), userErrors };
  }

  @Needs<User>("email")
  @InSql(({ at }) => `(${at("email")} is null)`)
  @FieldResolver(() => Boolean, { description: "Whether it is a script rather than a person." })
  service(@Root() { email }: User): boolean {
    return email === null;
  }
}
