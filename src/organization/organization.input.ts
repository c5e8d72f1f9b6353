import { Field, InputType } from "type-graphql";
import { limits } from "../limits.ts";

@InputType({ description: "A new organization." })
export class CreateOrganizationInput {
  @Field(() => String, {
    description: `What it is called; 1 to ${limits.name} characters; need not be unique.`,
  })
  name!: string;
}

@InputType({ description: "Changes to the organization. What is left out stays as it is." })
export class UpdateOrganizationInput {
  @Field(() => String, { nullable: true, description: `1 to ${limits.name} characters; cannot be null.` })
  name?: string | null;
}
