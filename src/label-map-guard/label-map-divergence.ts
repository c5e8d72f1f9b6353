import { Field, Int, ObjectType } from "type-graphql";
import type { DataSource, EntityManager } from "typeorm";
import { batch, groupBy } from "../batch.ts";
import { spend } from "../budget.ts";
import type { Context } from "../context.ts";
import { Label, type LabelRow } from "../label/label.ts";
import { limits } from "../limits.ts";
import { read } from "../postgres/read.ts";

@ObjectType({ description: "An index to which two label maps give different names." })
export class RenamedLabel {
  @Field(() => Int, { description: "The index." })
  index!: number;

  @Field(() => String, { description: "Its name in the label map itself." })
  name!: string;

  @Field(() => String, { description: "Its name in the label map of the dataset version." })
  datasetName!: string;
}

@ObjectType({
  description:
    "Where the label map of an exported version differs from the one of a dataset version that it was trained with: " +
    "what it puts out may no longer mean what it has learned.",
})
export class LabelMapDivergence {
  @Field(() => String, { description: "What the dataset version was to the experiment, such as `train`." })
  alias!: string;

  @Field(() => String, { description: "The name of the dataset." })
  dataset!: string;

  @Field(() => String, { description: "The name of its version." })
  version!: string;

  @Field(() => Int, { description: "How many labels are `missing`." })
  missingCount!: number;

  @Field(() => [Label], {
    description: `Labels of the dataset version whose index the version does not have, in the order of their indexes; the first ${limits.divergence}.`,
  })
  missing!: LabelRow[];

  @Field(() => Int, { description: "How many labels are `extra`." })
  extraCount!: number;

  @Field(() => [Label], {
    description: `Labels of the version whose index the dataset version does not have, in the order of their indexes; the first ${limits.divergence}.`,
  })
  extra!: LabelRow[];

  @Field(() => Int, { description: "How many indexes are `renamed`." })
  renamedCount!: number;

  @Field(() => [RenamedLabel], {
    description: `Indexes that both have, under different names, in their order; the first ${limits.divergence}.`,
  })
  renamed!: RenamedLabel[];
}

type Kind = "missing" | "extra" | "renamed";

/** One index on which a version and a dataset version differ; a name is null where the index is not there. */
interface Difference {
  versionId: string;
  /** Of the dataset version in its experiment. */
  position: number;
  alias: string;
  dataset: string;
  version: string;
  kind: Kind;
  /** How many differences of this kind there are between the two. */
  count: number;
  index: number;
  name: string;
  datasetName: string;
}

/** The divergences of each version. */
export const divergencesOf = batch<string, LabelMapDivergence[]>(
  (context, versionIds) => readDivergences(context, context.db, versionIds),
  () => [],
);

/** The same, as a transaction sees it. */
export async function readDivergences(
  context: Context,
  db: DataSource | EntityManager,
  versionIds: readonly string[],
): Promise<Map<string, LabelMapDivergence[]>> {
  const exported = await spendComparison(context, db, versionIds);
  if (exported.length === 0) return new Map();
  const found = await read<Difference>(
    db,
    // Materialized, so that the window sorts nothing but the differences.
    `with difference as materialized (
       select d.model_version_id as "versionId", d.position, d.alias, d.dataset, d.version, n.*
       from source_dataset_version d cross join lateral (
         select index, l.name, s.name as "datasetName",
           case when l.name is null then 'missing' when s.name is null then 'extra' else 'renamed' end as kind
         from (select index, name from label where model_version_id = d.model_version_id) l
         full join (
           select index, name from source_label where model_version_id = d.model_version_id and alias = d.alias
         ) s using (index)
         where l.name is distinct from s.name
       ) n
       where d.model_version_id = any($1) and d.label_count > 0
     )
     select * from (
       select *, (count(*) over same)::int as count, row_number() over (same order by index) as place
       from difference window same as (partition by "versionId", position, kind)
     ) d
     where place <= $2 order by "versionId", position, index limit $3`,
    [exported, limits.divergence, limits.answer + 1],
  );
  if (found.length > limits.answer) spend(context, found.length);
  const byVersion = groupBy(found, ({ versionId }) => versionId);
  return new Map([...byVersion].map(([id, differences]) => [id, divergencesIn(differences)]));
}

/** How many objects the divergences are in an answer. */
export function sizeOf(divergences: LabelMapDivergence[]): number {
  return divergences.reduce(
    (size, { missing, extra, renamed }) => size + 1 + missing.length + extra.length + renamed.length,
    0,
  );
}

/** Labels that are compared at the cost of one object of an answer. */
const comparedPerObject = 10;

/** Pays for the comparison before it is made, and tells which of the versions were exported. */
async function spendComparison(
  context: Context,
  db: DataSource | EntityManager,
  versionIds: readonly string[],
): Promise<string[]> {
  const sizes = await read<{ id: string; labels: number }>(
    db,
    `select v.id, (
       select coalesce(sum(v.label_count + d.label_count), 0) from source_dataset_version d where d.model_version_id = v.id
     )::int as labels
     from source_experiment e join model_version v on v.id = e.model_version_id where v.id = any($1)`,
    [versionIds],
  );
  const labels = sizes.reduce((sum, size) => sum + size.labels, 0);
  spend(context, Math.ceil(labels / comparedPerObject));
  return sizes.map(({ id }) => id);
}

/** Gathers the differences of one version by the dataset version. */
function divergencesIn(differences: Difference[]): LabelMapDivergence[] {
  return [...groupBy(differences, ({ position }) => position).values()].map((ofDataset) => {
    const [{ alias, dataset, version }] = ofDataset as [Difference];
    const of = (kind: Kind) => ofDataset.filter((each) => each.kind === kind);
    const countOf = (kind: Kind) => of(kind)[0]?.count ?? 0;
    return {
      ...{ alias, dataset, version },
      missingCount: countOf("missing"),
      missing: of("missing").map(({ index, datasetName }) => ({ index, name: datasetName })),
      extraCount: countOf("extra"),
      extra: of("extra").map(({ index, name }) => ({ index, name })),
      renamedCount: countOf("renamed"),
      renamed: of("renamed").map(({ index, name, datasetName }) => ({ index, name, datasetName })),
    };
  });
}
