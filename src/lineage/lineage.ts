import { Field, Int, ObjectType } from "type-graphql";
import { batch, groupBy } from "../batch.ts";
import { limits } from "../limits.ts";
import { DateTime } from "../scalars.ts";

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

  @Field(() => String, {
    nullable: true,
    description:
      "The name that the experiment had of which it is the export; null when it was made by hand, and when it has been purged.",
  })
  experimentName!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When it was deleted; null when it is there." })
  deletedAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "When it was purged, after which it cannot be restored; null when it was not.",
  })
  purgedAt!: Date | null;

  modelVersionId!: string;
  experimentId!: string | null;
}

/** Declares a walk from versions to their relatives: one statement, which goes round no circle. */
function walk(next: string, step: string) {
  return batch<string, LineageVersion[]>(
    async ({ db }, versionIds) => {
      const found: (LineageVersion & { root: string })[] = await db.query(
        `with recursive line as (
           select id as root, id, 0 as distance from unnest($1::uuid[]) v(id)
           union all
           select line.root, ${next}, line.distance + 1 from line join model_version v on ${step}
           where ${next} is not null and line.distance < $2
         ) cycle root, id set comes_again using path
         select line.root, line.distance, v.id as "modelVersionId", v.name, v.version, m.name as "modelName",
           e.experiment_id as "experimentId", e.name as "experimentName", t.deleted_at as "deletedAt", t.purged_at as "purgedAt"
         from line join model_version v on v.id = line.id join model m on m.id = v.model_id
         left join source_experiment e on e.model_version_id = v.id left join trash_entry t on t.id = v.trash_entry_id
         where line.distance > 0 and not line.comes_again
         order by line.root, line.distance, m.name, v.version limit $3`,
        [versionIds, limits.generations, limits.answer + 1],
      );
      return groupBy(found, ({ root }) => root);
    },
    () => [],
  );
}

/** What each version comes from, the nearest first. */
export const ancestorsOf = walk("v.base_model_version_id", "v.id = line.id");

/** What comes from each version, the nearest first. */
export const descendantsOf = walk("v.id", "v.base_model_version_id = line.id");
