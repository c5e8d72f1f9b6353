import { Field, InputType } from "type-graphql";
import { limits } from "../limits.ts";
import { WebURL } from "../scalars.ts";

@InputType({ description: "Changes to how a user is shown. What is left out stays as it is." })
export class UpdateUserInput {
  @Field(() => String, { nullable: true, description: `1 to ${limits.name} characters; cannot be null.` })
  name?: string | null;

  @Field(() => WebURL, {
    nullable: true,
    description: `The picture that is shown on cards, of at most ${limits.url} characters; null clears it.`,
  })
  pictureUrl?: string | null;
}
