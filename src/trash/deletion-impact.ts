import type { GraphQLResolveInfo } from "graphql";
import { Field, Int, ObjectType } from "type-graphql";
import type { EntityManager } from "typeorm";
import { Experiment } from "../experiment/experiment.ts";
import { limits } from "../limits.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { columnsOf, type RowClass, tableOf, toRow } from "../rows.ts";
import { selects } from "../selection.ts";
import { live } from "./trash-entry.ts";

@ObjectType({
  description:
    "Who has built on what a deletion takes along. All of it stays, with what it took over; but of what it came from, no more than " +
    "names and numbers can be read any more. Of a file it is who has built on its version.",
})
export class DeletionImpact {
  @Field(() => Int, { description: "How many experiments started from it." })
  experimentCount!: number;

  @Field(() => [Experiment], {
    description: `The experiments that started from it, the oldest first; the first ${limits.impact}.`,
  })
  experiments!: Experiment[];

  @Field(() => Int, { description: "How many versions come from it." })
  descendantCount!: number;

  @Field(() => [ModelVersion], {
    description:
      "The live versions that come from it, by way of experiments and of other versions, be these deleted or not; the oldest first; " +
      `the first ${limits.impact}.`,
  })
  descendants!: ModelVersion[];
}

export const impactDescription =
  "Who has built on it, as the deletion found them; null when it was refused. A dry run tells it before.";

/** Who has built on what these entries of the trash are about; null when nobody asks for it. */
export async function impactIfSelected(
  info: GraphQLResolveInfo,
  tx: EntityManager,
  entryIds: readonly string[],
): Promise<DeletionImpact | null> {
  if (!selects(info, "impact")) return null;
  const [experimentCount, experiments] = await firstOf(tx, entryIds, Experiment, startedThere);
  const [descendantCount, descendants] = await firstOf(tx, entryIds, ModelVersion, comingFromThere);
  return { experimentCount, experiments, descendantCount, descendants };
}

const startedThere = "r.base_model_version_id in (select id from root)";

const comingFromThere = `${live} and r.id in (select id from line) and r.id not in (select id from root)`;

/** How many rows meet a condition, and the first of them. `root` are the versions that the entries are about, `line` all that comes from them. */
async function firstOf<Row extends object>(
  tx: EntityManager,
  entryIds: readonly string[],
  type: RowClass<Row>,
  condition: string,
): Promise<[count: number, first: Row[]]> {
  const found: (Row & { count: number })[] = await tx.query(
    `with recursive root as (
       select id from model_version where trash_entry_id = any($1)
       union select model_version_id from trash_entry where id = any($1) and model_version_id is not null
     ), line as (
       select id from root
       union select v.id from line join model_version v on v.base_model_version_id = line.id
     )
     select ${columnsOf(tx, type)}, count(*) over ()::int as count from ${tableOf(tx, type)} r
     where ${condition} order by r.created_at, r.id limit $2`,
    [entryIds, limits.impact],
  );
  return [found[0]?.count ?? 0, found.map(({ count, ...row }) => toRow(type, row))];
}
