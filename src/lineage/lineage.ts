import { Field, Int, ObjectType } from "type-graphql";
import { type Batch, batch, groupBy } from "../batch.ts";
import { spend } from "../budget.ts";
import { limits } from "../limits.ts";
import { read } from "../postgres/read.ts";
import { many } from "../read-ahead/look.ts";
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

/** What is told of a version `v`. */
const told = `v.id as "modelVersionId", v.name, v.version, m.name as "modelName",
  e.experiment_id as "experimentId", e.name as "experimentName", t.deleted_at as "deletedAt", t.purged_at as "purgedAt"`;
const toldFrom = `model m on m.id = v.model_id
  left join source_experiment e on e.model_version_id = v.id left join trash_entry t on t.id = v.trash_entry_id`;

/** A version of a line, and the version that it started from. */
interface Link extends Omit<LineageVersion, "distance"> {
  baseId: string | null;
}

/**
 * Declares the relatives of a version: those of one are read ahead, those of many by a walk for all of them.
 *
 * @param next the version of a step from `line` to a version `v`, on which `step` tells how it is found
 */
function relatives(next: string, step: string, walks: Batch<string, LineageVersion[], void>) {
  return many<LineageVersion, "id">(
    {
      type: LineageVersion,
      key: { id: "uuid" },
      from: ({ id }) =>
        `with recursive line as (
           select ${id} as id, 0 as distance
           union all
           select ${next}, line.distance + 1 from line join model_version v on ${step}
           where ${next} is not null and line.distance < ${limits.generations}
         ) cycle id set again using path
         select line.distance, ${told} from line join model_version v on v.id = line.id join ${toldFrom}
         where line.distance > 0 and not line.again`,
      columns: {
        ...{ distance: "int", modelVersionId: "uuid", name: "text", version: "int", modelName: "text" },
        ...{ experimentId: "uuid", experimentName: "text" },
        ...{ deletedAt: "timestamptz", purgedAt: "timestamptz" },
      },
      order: (row) => `${row}.distance, ${row}."modelName", ${row}.version`,
      atMost: limits.generations,
      alone: true,
    },
    (context, { id }) => walks(context, String(id)),
  );
}

/**
 * Declares a walk from versions to their relatives. One statement reads every version on the way once, however many of the
 * lines it is on: so it goes round no circle, and lines that have a long way in common cost no more than one of them.
 *
 * @param step how the versions `v` of the next generation are found from one `line` of the way
 * @param next for each version the next generation, out of all that were found
 */
function walk(step: string, next: (found: Link[]) => (id: string) => Link[]) {
  return batch<string, LineageVersion[]>(
    async (context, versionIds) => {
      const found = await read<Link>(
        context.db,
        `with recursive line as (
           select id, base_model_version_id as base_id from model_version where id = any($1)
           union select v.id, v.base_model_version_id from line join model_version v on ${step}
         )
         select line.base_id as "baseId", ${told} from line join model_version v on v.id = line.id join ${toldFrom}
         order by m.name, v.version limit $2`,
        [versionIds, versionIds.length + limits.answer + 1],
      );
      if (found.length > versionIds.length + limits.answer) spend(context, found.length);
      const nextOf = next(found);
      const place = new Map(found.map(({ modelVersionId }, index) => [modelVersionId, index]));
      const lines = new Map<string, LineageVersion[]>();
      let size = 0;
      for (const id of versionIds) {
        const line = lineFrom(id, nextOf, place);
        lines.set(id, line);
        size += line.length;
        if (size > limits.answer) spend(context, size);
      }
      return lines;
    },
    () => [],
  );
}

/** Generation by generation, each in the order of `place`. */
function lineFrom(
  root: string,
  nextOf: (id: string) => Link[],
  place: Map<string, number>,
): LineageVersion[] {
  const line: LineageVersion[] = [];
  const seen = new Set([root]);
  let generation = [root];
  for (let distance = 1; generation.length > 0 && distance <= limits.generations; distance += 1) {
    const links = generation.flatMap(nextOf).filter(({ modelVersionId: id }) => !seen.has(id));
    links.sort((a, b) => Number(place.get(a.modelVersionId)) - Number(place.get(b.modelVersionId)));
    generation = links.map(({ modelVersionId }) => modelVersionId);
    for (const id of generation) seen.add(id);
    for (const link of links) line.push({ ...link, distance });
  }
  return line;
}

/** What each version comes from, the nearest first. */
export const ancestorsOf = relatives(
  "v.base_model_version_id",
  "v.id = line.id",
  walk("v.id = line.base_id", (found) => {
    const byId = new Map(found.map((link) => [link.modelVersionId, link]));
    return (id) => [byId.get(byId.get(id)?.baseId ?? "") ?? []].flat();
  }),
);

/** What comes from each version, the nearest first. */
export const descendantsOf = relatives(
  "v.id",
  "v.base_model_version_id = line.id",
  walk("v.base_model_version_id = line.id", (found) => {
    const byBase = groupBy(found, ({ baseId }) => baseId);
    return (id) => byBase.get(id) ?? [];
  }),
);
