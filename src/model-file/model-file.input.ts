import { Field, InputType, registerEnumType } from "type-graphql";
import { StringFilter } from "../filter.ts";
import { Direction } from "../page/page-args.ts";

@InputType({ description: "Which files to list." })
export class ModelFileWhere {
  @Field(() => StringFilter, { nullable: true, description: "By name." })
  name?: StringFilter | null;
}

export enum ModelFileOrderField {
  NAME = "NAME",
  CREATED_AT = "CREATED_AT",
}

registerEnumType(ModelFileOrderField, {
  name: "ModelFileOrderField",
  description: "What a list of files can be ordered by.",
  valuesConfig: {
    NAME: { description: "By name, in the order of Unicode code points." },
    CREATED_AT: { description: "By the moment in which it was added." },
  },
});

@InputType({ description: "The order of a list of files." })
export class ModelFileOrder {
  @Field(() => ModelFileOrderField, { description: "What to order by." })
  field!: ModelFileOrderField;

  @Field(() => Direction, { defaultValue: Direction.ASC, description: "Which end comes first." })
  direction!: Direction;
}
