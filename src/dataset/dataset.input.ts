import { Extensions, Field, ID, InputType, registerEnumType } from "type-graphql";
import { DateTimeFilter, StringFilter } from "../filter.ts";
import { limits } from "../limits.ts";
import { Direction } from "../page/page-args.ts";

@Extensions({ oneOf: true })
@InputType({ description: "How to find one dataset: by exactly one of these." })
export class DatasetBy {
  @Field(() => ID, { nullable: true, description: "Its id." })
  id?: string;

  @Field(() => String, { nullable: true, description: "Its name, which is unique in the organization." })
  name?: string;
}

@InputType({ description: "Which datasets to list; all that is given must hold." })
export class DatasetWhere {
  @Field(() => StringFilter, { nullable: true, description: "By name." })
  name?: StringFilter | null;

  @Field(() => DateTimeFilter, { nullable: true, description: "By the moment of their creation." })
  createdAt?: DateTimeFilter | null;

  @Field(() => DateTimeFilter, { nullable: true, description: "By the moment of their last update." })
  updatedAt?: DateTimeFilter | null;
}

export enum DatasetOrderField {
  NAME = "NAME",
  CREATED_AT = "CREATED_AT",
  UPDATED_AT = "UPDATED_AT",
}

registerEnumType(DatasetOrderField, {
  name: "DatasetOrderField",
  description: "What a list of datasets can be ordered by.",
  valuesConfig: {
    NAME: { description: "By name, in the order of Unicode code points." },
    CREATED_AT: { description: "By the moment of creation." },
    UPDATED_AT: { description: "By the moment of the last update." },
  },
});

@InputType({ description: "The order of a list of datasets." })
export class DatasetOrder {
  @Field(() => DatasetOrderField, { description: "What to order by." })
  field!: DatasetOrderField;

  @Field(() => Direction, { defaultValue: Direction.ASC, description: "Which end comes first." })
  direction!: Direction;
}

@InputType({ description: "A new dataset." })
export class CreateDatasetInput {
  @Field(() => String, { description: `Unique in the organization; 1 to ${limits.name} characters.` })
  name!: string;

  @Field(() => String, { nullable: true, description: `At most ${limits.description} characters.` })
  description?: string | null;
}

@InputType({ description: "Changes to a dataset. What is left out stays as it is." })
export class UpdateDatasetInput {
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
