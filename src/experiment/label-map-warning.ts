import { Field, Int, ObjectType } from "type-graphql";
import type { DataSource, EntityManager } from "typeorm";
import { batch, groupBy } from "../batch.ts";
import { spend } from "../budget.ts";
import type { Context } from "../context.ts";
import { RenamedLabel } from "../label-map-guard/label-map-divergence.ts";
import { limits } from "../limits.ts";
import { read } from "../postgres/read.ts";

@ObjectType({
  description:
    "A dataset version that an experiment uses, and that gives another name to an index of the experiment's label map: what " +
    "is learned there would not mean what the map says.",
})
export class ExperimentLabelMapWarning {
  @Field(() => String, { description: "What the dataset version is to the experiment, such as `val`." })
  alias!: string;

  datasetVersionId!: string;

  @Field(() => Int, { description: "How many indexes are `renamed`." })
  renamedCount!: number;

  @Field(() => [RenamedLabel], {
    description: `Indexes that both have, under different names, in their order; the first ${limits.divergence}.`,
  })
  renamed!: RenamedLabel[];
}

/** The warnings of each experiment. */
export const labelMapWarningsOf = batch<string, ExperimentLabelMapWarning[]>(
  (context, experimentIds) => readLabelMapWarnings(context, context.db, experimentIds),
  () => [],
);

interface Renamed extends RenamedLabel {
  experimentId: string;
  alias: string;
  datasetVersionId: string;
  count: number;
}

/** The same, as a transaction sees it. */
export async function readLabelMapWarnings(
  context: Context,
  db: DataSource | EntityManager,
  experimentIds: readonly string[],
): Promise<Map<string, ExperimentLabelMapWarning[]>> {
  const found = await read<Renamed>(
    db,
    `select * from (
       select u.experiment_id as "experimentId", u.position, u.alias, u.dataset_version_id as "datasetVersionId",
         l.index, l.name, d.name as "datasetName",
         (count(*) over same)::int as count, row_number() over (same order by l.index) as place
       from experiment_dataset_version u
       join experiment_label l on l.experiment_id = u.experiment_id
       join dataset_label d on d.dataset_version_id = u.dataset_version_id and d.index = l.index and d.name <> l.name
       where u.experiment_id = any($1)
       window same as (partition by u.experiment_id, u.alias)
     ) r
     where place <= $2 order by "experimentId", position, index limit $3`,
    [experimentIds, limits.divergence, limits.answer + 1],
  );
  spend(context, found.length);
  const byExperiment = groupBy(found, ({ experimentId }) => experimentId);
  return new Map([...byExperiment].map(([id, renamed]) => [id, warningsIn(renamed)]));
}

/** Gathers the labels of one experiment by the dataset version. */
function warningsIn(found: Renamed[]): ExperimentLabelMapWarning[] {
  return [...groupBy(found, ({ alias }) => alias).values()].map((renamed) => {
    const [{ alias, datasetVersionId, count }] = renamed as [Renamed];
    return { alias, datasetVersionId, renamedCount: count, renamed };
  });
}
