import { Field, Int, ObjectType } from "type-graphql";
import { limits } from "../limits.ts";
import { many } from "../read-ahead/look.ts";

@ObjectType({
  description:
    "A version that another one comes from, or that comes from it: by way of experiments that started from the one and were " +
    "exported as the next. It can be read by its names and its number when it has been deleted.",
})
export class LineageVersion {
  @Field(() => Int, { description: "How many generations it is away; 1 is the next." })
  distance!: number;

  @Field(() => String, { description: "The name of its model." })
  modelName!: string;

  @Field(() => String, { description: "Its name." })
  name!: string;

  @Field(() => Int, { description: "Its number in its model." })
  version!: number;

  modelVersionId!: string;
}

/** Declares a walk from versions to their relatives: one statement, which goes round no circle. */
function walk(next: string, step: string) {
  return many<LineageVersion, "id">({
    type: LineageVersion,
    key: { id: "uuid" },
    from: ({ id }) =>
      `with recursive line as (
         select ${id} as id, 0 as distance
         union all
         select ${next}, line.distance + 1 from line join model_version v on ${step}
         where ${next} is not null and line.distance < ${limits.generations}
       ) cycle id set comes_again using path
       select line.distance, v.id as "modelVersionId", v.name, v.version, m.name as "modelName"
       from line join model_version v on v.id = line.id join model m on m.id = v.model_id
       where line.distance > 0 and not line.comes_again limit ${limits.answer + 1}`,
    columns: ["distance", "modelVersionId", "name", "version", "modelName"],
    order: (row) => `${row}.distance, ${row}."modelName", ${row}.version`,
    atMost: limits.generations,
  });
}

/** What each version comes from, the nearest first. */
export const ancestorsOf = walk("v.base_model_version_id", "v.id = line.id");

/** What comes from each version, the nearest first. */
export const descendantsOf = walk("v.id", "v.base_model_version_id = line.id");
