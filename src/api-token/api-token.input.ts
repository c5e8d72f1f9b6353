import { Field, InputType, registerEnumType } from "type-graphql";
import { DateTimeFilter, IdFilter, StringFilter } from "../filter.ts";
import { limits } from "../limits.ts";
import { RoleFilter } from "../member/member.input.ts";
import { Role } from "../member/role.ts";
import { Direction } from "../page/page-args.ts";
import { DateTime } from "../scalars.ts";

@InputType({ description: "Which API tokens to list; all that is given must hold." })
export class ApiTokenWhere {
  @Field(() => StringFilter, { nullable: true, description: "By name." })
  name?: StringFilter | null;

  @Field(() => RoleFilter, { nullable: true, description: "By their own role." })
  role?: object | null;

  @Field(() => DateTimeFilter, {
    nullable: true,
    description: "By the moment from which on they are refused; those that never are, are left out.",
  })
  expiresAt?: DateTimeFilter | null;

  @Field(() => DateTimeFilter, {
    nullable: true,
    description: "By the moment of their last use; those that were never used are left out.",
  })
  lastUsedAt?: DateTimeFilter | null;

  @Field(() => IdFilter, { nullable: true, description: "By the id of the user for whom they act." })
  user?: IdFilter | null;

  @Field(() => IdFilter, { nullable: true, description: "By the id of the user who created them." })
  createdBy?: IdFilter | null;
}

export enum ApiTokenOrderField {
  CREATED_AT = "CREATED_AT",
}

registerEnumType(ApiTokenOrderField, {
  name: "ApiTokenOrderField",
  description: "What a list of API tokens can be ordered by.",
  valuesConfig: { CREATED_AT: { description: "By the moment of creation." } },
});

@InputType({ description: "The order of a list of API tokens." })
export class ApiTokenOrder {
  @Field(() => ApiTokenOrderField, { description: "What to order by." })
  field!: ApiTokenOrderField;

  @Field(() => Direction, { defaultValue: Direction.ASC, description: "Which end comes first." })
  direction!: Direction;
}

@InputType({ description: "A new API token." })
export class CreateApiTokenInput {
  @Field(() => String, { description: `What it is for; 1 to ${limits.name} characters; need not be unique.` })
  name!: string;

  @Field(() => Role, {
    description:
      "What can be done with it at most: not more than with the token that creates it, nor than its member may.",
  })
  role!: Role;

  @Field(() => DateTime, {
    nullable: true,
    description:
      "From when on it is refused, in the future; not later than the token that creates it. Null: never.",
  })
  expiresAt?: Date | null;
}
