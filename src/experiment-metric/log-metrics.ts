import type { EntityManager } from "typeorm";
import { editExperiment, requireOpen } from "../experiment/edit-experiment.ts";
import { limits } from "../limits.ts";
import type { Problems } from "../text.ts";
import { Refusal, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { type LogMetricsInput, type MetricInput, readMetrics } from "./log-metrics.input.ts";
import { MetricGoal } from "./metric-goal.ts";

/** Adds values to the metrics of an experiment: a few statements, however many they are. @throws Refusal */
export async function logMetrics(
  tx: EntityManager,
  viewer: Viewer,
  experimentUuid: string,
  input: LogMetricsInput,
): Promise<void> {
  const problems: Problems = [];
  const values = readMetrics(input, problems);
  if (problems.length > 0) throw new Refusal(problems);
  const edit = { experimentUuid, section: null, expectedRevision: null };
  await editExperiment(tx, viewer, edit, async (experiment) => {
    requireOpen(experiment);
    if (values.length === 0) return { changed: false };
    const lastSteps = await writeGoals(tx, experimentUuid, goalsIn(values));
    await writePoints(tx, experimentUuid, withSteps(values, lastSteps));
    return { changed: true };
  });
}

/** The last goal that is given of each metric; null where none is. */
function goalsIn(values: MetricInput[]): Map<string, MetricGoal | null> {
  const goals = new Map<string, MetricGoal | null>();
  for (const { name, goal } of values) goals.set(name, goal ?? goals.get(name) ?? null);
  return goals;
}

/** Begins metrics that are new, and gives the others their goals. @returns the highest step that each has so far */
async function writeGoals(
  tx: EntityManager,
  experimentId: string,
  goals: Map<string, MetricGoal | null>,
): Promise<Map<string, number>> {
  const given = [experimentId, [...goals.keys()], [...goals.values()]];
  await tx.query(
    `insert into experiment_metric (experiment_id, name, goal)
     select $1, name, coalesce(goal, '${MetricGoal.MAXIMIZE}') from unnest($2::text[], $3::text[]) given(name, goal)
     on conflict do nothing`,
    given,
  );
  await tx.query(
    `update experiment_metric m set goal = given.goal from unnest($2::text[], $3::text[]) given(name, goal)
     where m.experiment_id = $1 and m.name = given.name and m.goal <> given.goal`,
    given,
  );
  const metrics: { name: string; step: number | null }[] = await tx.query(
    `select m.name, (
       select p.step from metric_point p where p.experiment_id = $1 and p.name = m.name order by p.step desc limit 1
     ) as step from experiment_metric m where m.experiment_id = $1`,
    [experimentId],
  );
  if (metrics.length > limits.metrics) {
    const message = `Expected at most ${limits.metrics} metrics, got ${metrics.length}.`;
    refuse(UserErrorCode.INVALID, ["input", "metrics"], message);
  }
  return new Map(metrics.map(({ name, step }) => [name, step ?? -1]));
}

/** Gives every value its step. @throws Refusal when one comes twice */
function withSteps(values: MetricInput[], last: Map<string, number>): (MetricInput & { step: number })[] {
  const problems: Problems = [];
  const seen = new Set<string>();
  const stepped = values.map((value, index) => {
    const highest = last.get(value.name) ?? -1;
    const step = value.step ?? highest + 1;
    last.set(value.name, Math.max(highest, step));
    const path = ["input", "metrics", String(index), "step"];
    const key = `${step} ${value.name}`;
    if (seen.has(key)) {
      const message = `Expected every step of a metric once, got ${step} again.`;
      problems.push({ code: UserErrorCode.DUPLICATE, field: path, message });
    }
    seen.add(key);
    if (step >= 2 ** 31)
      problems.push({ code: UserErrorCode.INVALID, field: path, message: "Expected a step, got none left." });
    return { ...value, step };
  });
  if (problems.length > 0) throw new Refusal(problems);
  return stepped;
}

async function writePoints(
  tx: EntityManager,
  experimentId: string,
  values: (MetricInput & { step: number })[],
): Promise<void> {
  await tx.query(
    `insert into metric_point (experiment_id, name, step, value)
     select $1, * from unnest($2::text[], $3::int[], $4::float8[])
     on conflict (experiment_id, name, step) do update set value = excluded.value, logged_at = excluded.logged_at`,
    [
      experimentId,
      values.map(({ name }) => name),
      values.map(({ step }) => step),
      values.map(({ value }) => value),
    ],
  );
}
