import { Extensions, Field, ID, InputType, registerEnumType } from "type-graphql";
import { DateTimeFilter, IdFilter, StringFilter } from "../filter.ts";
import { limits } from "../limits.ts";
import { Direction } from "../page/page-args.ts";

@Extensions({ oneOf: true })
@InputType({ description: "How to find one model: by exactly one of these." })
export class ModelBy {
  @Field(() => ID, { nullable: true, description: "Its id." })
  id?: string;

  @Field(() => String, { nullable: true, description: "Its name, which is unique in the organization." })
  name?: string;
}

@InputType({ description: "Which models to list; all that is given must hold." })
export class ModelWhere {
  @Field(() => StringFilter, { nullable: true, description: "By name." })
  name?: StringFilter | null;

  @Field(() => IdFilter, { nullable: true, description: "By the id of the user who created it." })
  createdBy?: IdFilter | null;

  @Field(() => DateTimeFilter, { nullable: true, description: "By the moment of its creation." })
  createdAt?: DateTimeFilter | null;

  @Field(() => DateTimeFilter, { nullable: true, description: "By the moment of its last update." })
  updatedAt?: DateTimeFilter | null;
}

export enum ModelOrderField {
  NAME = "NAME",
  CREATED_AT = "CREATED_AT",
  UPDATED_AT = "UPDATED_AT",
}

registerEnumType(ModelOrderField, {
  name: "ModelOrderField",
  description: "What a list of models can be ordered by.",
  valuesConfig: {
    NAME: { description: "By name, in the order of Unicode code points." },
    CREATED_AT: { description: "By the moment of creation." },
    UPDATED_AT: { description: "By the moment of the last update." },
  },
});

@InputType({ description: "The order of a list of models." })
export class ModelOrder {
  @Field(() => ModelOrderField, { description: "What to order by." })
  field!: ModelOrderField;

  @Field(() => Direction, { defaultValue: Direction.ASC, description: "Which end comes first." })
  direction!: Direction;
}

@InputType({ description: "A new model." })
export class CreateModelInput {
  @Field(() => String, { description: `Unique in the organization; 1 to ${limits.name} characters.` })
  name!: string;

  @Field(() => String, { nullable: true, description: `At most ${limits.description} characters.` })
  description?: string | null;
}

@InputType({ description: "Changes to a model. What is left out stays as it is." })
export class UpdateModelInput {
  @Field(() => String, {
    nullable: true,
    description: `Unique in the organization; 1 to ${limits.name} characters; cannot be null.`,
  })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `At most ${limits.description} characters; null clears it.`,
  })
  description?: string | null;
}
