import { Field, InputType } from "type-graphql";
import { DateTimeFilter, enumFilter, IdFilter, StringFilter } from "../filter.ts";
import { TrashKind } from "./trash-entry.ts";

const TrashKindFilter = enumFilter("TrashKind", TrashKind, false);

@InputType({ description: "Which entries of the trash to list; all that is given must hold." })
export class TrashWhere {
  @Field(() => TrashKindFilter, { nullable: true, description: "By what was deleted." })
  kind?: object | null;

  @Field(() => StringFilter, { nullable: true, description: "By name." })
  name?: StringFilter | null;

  @Field(() => IdFilter, { nullable: true, description: "By the id of the user who deleted it." })
  deletedBy?: IdFilter | null;

  @Field(() => DateTimeFilter, { nullable: true, description: "By the moment of its deletion." })
  deletedAt?: DateTimeFilter | null;
}
