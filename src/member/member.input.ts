import { Field, InputType, registerEnumType } from "type-graphql";
import { BooleanFilter, enumFilter, StringFilter } from "../filter.ts";
import { limits } from "../limits.ts";
import { Direction } from "../page/page-args.ts";
import { WebURL } from "../scalars.ts";
import { Role } from "./role.ts";

export const RoleFilter = enumFilter("Role", Role, false);

@InputType({ description: "Which members to list; all that is given must hold." })
export class MemberWhere {
  @Field(() => StringFilter, { nullable: true, description: "By the name of the user." })
  name?: StringFilter | null;

  @Field(() => RoleFilter, { nullable: true, description: "By role." })
  role?: object | null;

  @Field(() => StringFilter, { nullable: true, description: "By e-mail address, which is in lower case." })
  email?: StringFilter | null;

  @Field(() => BooleanFilter, { nullable: true, description: "Whether they are service users." })
  service?: BooleanFilter | null;

  @Field(() => BooleanFilter, {
    nullable: true,
    description:
      "Whether they are members today: only those, unless something is said here. Null or empty: also those who were removed.",
  })
  active?: BooleanFilter | null;
}

export enum MemberOrderField {
  CREATED_AT = "CREATED_AT",
}

registerEnumType(MemberOrderField, {
  name: "MemberOrderField",
  description: "What a list of members can be ordered by.",
  valuesConfig: { CREATED_AT: { description: "By the moment in which they became members." } },
});

@InputType({ description: "The order of a list of members." })
export class MemberOrder {
  @Field(() => MemberOrderField, { description: "What to order by." })
  field!: MemberOrderField;

  @Field(() => Direction, { defaultValue: Direction.ASC, description: "Which end comes first." })
  direction!: Direction;
}

@InputType({
  description:
    "A new service user: it has no e-mail address, and acts by the API tokens that are made for it.",
})
export class CreateServiceUserInput {
  @Field(() => String, { description: `What it is called on cards; 1 to ${limits.name} characters.` })
  name!: string;

  @Field(() => Role, { description: "What it may do: at most what this token may, and never OWNER." })
  role!: Role;

  @Field(() => WebURL, { nullable: true, description: "The picture that is shown on cards." })
  pictureUrl?: string | null;
}
