import { batch, groupBy } from "../batch.ts";
import { read } from "../postgres/read.ts";
import type { ExperimentMetric, MetricPoint } from "./experiment-metric.ts";

export type MetricRow = Pick<ExperimentMetric, "experimentId" | "name" | "goal" | "pointCount">;
export type Point = Pick<MetricPoint, "step" | "value" | "loggedAt">;

/** A metric with what most look at: a look-up or two in an index each, however long the series is. */
export interface MetricSummary extends MetricRow {
  last: Point;
  best: Point;
}

const point = `json_build_object('step', step, 'value', value, 'loggedAt', logged_at)`;

/** The metrics of each experiment, in the order of their names. */
export const metricsOf = batch<string, MetricSummary[]>(
  async ({ db }, experimentIds) => {
    const points = "from metric_point p where p.experiment_id = m.experiment_id and p.name = m.name";
    // Two look-ups: in the order of value and step, as many points as share the best value would be sorted.
    const first = (best: string) =>
      `(select ${point} ${points} and p.value = (select ${best}(value) ${points}) order by step limit 1)`;
    const found = await read<MetricSummary>(
      db,
      `select m.experiment_id as "experimentId", m.name, m.goal, m.point_count as "pointCount",
         (select ${point} ${points} order by step desc limit 1) as last,
         case m.goal when 'MAXIMIZE' then ${first("max")} else ${first("min")} end as best
       from experiment_metric m where m.experiment_id = any($1) and m.point_count > 0 order by m.experiment_id, m.name`,
      [experimentIds],
    );
    for (const { last, best } of found)
      for (const each of [last, best]) each.loggedAt = new Date(each.loggedAt);
    return groupBy(found, ({ experimentId }) => experimentId);
  },
  () => [],
);

/** What a series is looked up by: the experiment and the name. */
export function seriesKey({ experimentId, name }: MetricRow): string {
  return `${experimentId} ${name}`;
}

export interface SeriesRequest {
  fromStep: number;
  /** Null for all steps from the first on. */
  toStep: number | null;
  maxPoints: number;
}

/**
 * The series of each metric, in the order of the steps. Of one that is longer than asked for every second, third … point is
 * left in, counted from the last. Metric by metric, so that the points are numbered as they come from the index.
 */
export const seriesOf = batch<string, Point[], SeriesRequest>(
  async ({ db }, keys, { fromStep, toStep, maxPoints }) => {
    const metrics = keys.map((key) => [key.slice(0, 36), key.slice(37)]);
    const points = `from metric_point p
      where p.experiment_id = m.id and p.name = m.name and p.step >= $3 and ($4::int is null or p.step <= $4)`;
    const found = await read<Point & { key: string }>(
      db,
      `select m.id || ' ' || m.name as key, p.step, p.value, p.logged_at as "loggedAt"
       from unnest($1::uuid[], $2::text[]) m(id, name)
       cross join lateral (select ceil(count(*) / $5::float8)::int as stride ${points}) c
       cross join lateral (select p.*, row_number() over (order by p.step desc) - 1 as place ${points}) p
       where p.place % c.stride = 0 order by key, p.step`,
      [metrics.map(([id]) => id), metrics.map(([, name]) => name), fromStep, toStep, maxPoints],
    );
    return groupBy(found, ({ key }) => key);
  },
  () => [],
);
