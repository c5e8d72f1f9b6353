import { Field, InputType } from "type-graphql";
import { limits } from "../limits.ts";

@InputType({ description: "How the copy of a file is called." })
export class CopyModelFileInput {
  @Field(() => String, {
    nullable: true,
    description: `Its name in the version that it is copied to, at most ${limits.name} characters; without one, the same as that of the file.`,
  })
  name?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: "Whether it takes the place of a file that has the name, which goes into the trash.",
  })
  replace!: boolean;
}
