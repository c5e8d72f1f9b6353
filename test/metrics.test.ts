import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { mostRows } from "./support/plan.ts";
import { aRegistry, type Registry, statementsOf } from "./support/registry.ts";
import { anExperiment, createExperiment, uuid } from "./support/seed.ts";

interface Logged {
  name: string;
  value: number;
  step?: number | null;
  goal?: string;
}

const log = `mutation ($id: ID!, $metrics: [MetricInput!]!) {
  logMetrics(id: $id, input: { metrics: $metrics }) { experiment { updatedAt } userErrors { code field message } }
}`;
const summary = "name goal pointCount last { step value } best { step value }";

async function logged(registry: Registry, id: string, metrics: Logged[]) {
  return (await registry.ask(log, { id, metrics })).logMetrics.userErrors;
}

async function read(registry: Registry, id: string, fields = `metrics { ${summary} series { step value } }`) {
  return (await registry.ask(`query ($id: ID!) { experiment(by: { id: $id }) { ${fields} } }`, { id }))
    .experiment.metrics;
}

const steps = (name: string, ...values: number[]) => values.map((value, step) => ({ name, value, step }));

test("a metric is a series with its last and its best value, which is the largest unless it is said otherwise", async () => {
  const registry = await aRegistry();
  const id = await anExperiment(registry);
  const loss = steps("loss", 3, 1, 2).map((each) => ({ ...each, goal: "MINIMIZE" }));
  expect(await logged(registry, id, [...steps("mAP50", 0.5, 0.8, 0.8), ...loss])).toEqual([]);
  const mAP50 = { name: "mAP50", goal: "MAXIMIZE", pointCount: 3 };
  expect(await read(registry, id)).toEqual([
    {
      ...{
        name: "loss",
        goal: "MINIMIZE",
        pointCount: 3,
        last: { step: 2, value: 2 },
        best: { step: 1, value: 1 },
      },
      series: [3, 1, 2].map((value, step) => ({ step, value })),
    },
    {
      ...{ ...mAP50, last: { step: 2, value: 0.8 }, best: { step: 1, value: 0.8 } },
      series: [0.5, 0.8, 0.8].map((value, step) => ({ step, value })),
    },
  ]);
  expect(await logged(registry, id, [{ name: "mAP50", value: 0.4, goal: "MINIMIZE" }])).toEqual([]);
  expect(await read(registry, id, `metrics(names: [" mAP50"]) { ${summary} }`)).toEqual([
    {
      ...mAP50,
      goal: "MINIMIZE",
      pointCount: 4,
      last: { step: 3, value: 0.4 },
      best: { step: 3, value: 0.4 },
    },
  ]);
});

test("a value without a step comes after the highest, and one at a step that is there overwrites it", async () => {
  const registry = await aRegistry();
  const id = await anExperiment(registry);
  const a = { name: "a" };
  const values = [
    { ...a, value: 1 },
    { ...a, value: 9, step: 7 },
    { ...a, value: 2 },
  ];
  expect(await logged(registry, id, values)).toEqual([]);
  expect(await logged(registry, id, [{ ...a, value: 3, step: 7 }])).toEqual([]);
  expect(await logged(registry, id, [{ ...a, value: 4 }])).toEqual([]);
  expect(await read(registry, id)).toMatchObject([
    {
      ...{ pointCount: 4, last: { step: 9, value: 4 }, best: { step: 9, value: 4 } },
      series: [
        { step: 0, value: 1 },
        { step: 7, value: 3 },
        { step: 8, value: 2 },
        { step: 9, value: 4 },
      ],
    },
  ]);
});

test.each<[string, Logged[], object]>([
  [
    "a step twice",
    [
      { name: "a", value: 1, step: 1 },
      { name: "a ", value: 2, step: 1 },
    ],
    { code: "DUPLICATE", field: ["input", "metrics", "1", "step"] },
  ],
  [
    "a step before the first",
    [{ name: "a", value: 1, step: -1 }],
    { code: "INVALID", field: ["input", "metrics", "0", "step"] },
  ],
  [
    "a step after the last there is",
    [
      { name: "a", value: 1, step: 2 ** 31 - 1 },
      { name: "a", value: 1 },
    ],
    { code: "INVALID", field: ["input", "metrics", "1", "step"] },
  ],
  ["a blank name", [{ name: " ", value: 1 }], { code: "INVALID", field: ["input", "metrics", "0", "name"] }],
  [
    "more than 10,000 values",
    Array.from({ length: 10_001 }, () => ({ name: "a", value: 1 })),
    { code: "INVALID", field: ["input", "metrics"] },
  ],
  [
    "more than 1,000 metrics",
    Array.from({ length: 1_001 }, (_, index) => ({ name: `m${index}`, value: 1 })),
    { code: "INVALID", field: ["input", "metrics"] },
  ],
])("%s is refused, and nothing is logged", async (_what, metrics, userError) => {
  const registry = await aRegistry();
  const id = await anExperiment(registry);
  expect(await logged(registry, id, metrics)).toMatchObject([userError]);
  expect(await read(registry, id)).toEqual([]);
});

test("what is not a finite number is not logged", async () => {
  const registry = await aRegistry();
  const id = await anExperiment(registry);
  const inline = `mutation ($id: ID!) {
    logMetrics(id: $id, input: { metrics: [{ name: "a", value: 1e999 }] }) { userErrors { code field } }
  }`;
  expect((await registry.ask(inline, { id })).logMetrics.userErrors).toEqual([
    { code: "INVALID", field: ["input", "metrics", "0", "value"] },
  ]);
  const { status } = await registry.send(log, { id, metrics: [{ name: "a", value: "NaN" }] });
  expect(status).toBe(400);
  const write = "insert into metric_point (experiment_id, name, step, value) values ($1, 'a', 0, 'NaN')";
  await registry.db.query(
    "insert into experiment_metric (experiment_id, name, goal) values ($1, 'a', 'MAXIMIZE')",
    [uuid(id)],
  );
  await expect(registry.db.query(write, [uuid(id)])).rejects.toThrow("metric_point_finite");
});

test("ten thousand values are logged, and summed up, by as many statements as one; a long series is thinned out", async () => {
  const registry = await aRegistry();
  const id = await anExperiment(registry);
  const values = Array.from({ length: 9_999 }, (_, step) => ({
    name: "loss",
    value: step % 100,
    step: step + 1,
  }));
  const one = await statementsOf(() => logged(registry, id, [{ name: "loss", value: 1, step: 0 }]));
  const many = await statementsOf(() => logged(registry, id, values));
  expect(many.length).toBe(one.length);
  const [metric] = await read(registry, id, `metrics { ${summary} series(maxPoints: 7) { step } }`);
  expect(metric).toEqual({
    ...{ name: "loss", goal: "MAXIMIZE", pointCount: 10_000 },
    ...{ last: { step: 9_999, value: 98 }, best: { step: 100, value: 99 } },
    series: [0, 1, 2, 3, 4, 5, 6].map((place) => ({ step: 1_425 + place * 1_429 })),
  });
  const [rest] = await read(registry, id, "metrics { series(fromStep: 9997) { step } }");
  expect(rest.series).toEqual([{ step: 9_997 }, { step: 9_998 }, { step: 9_999 }]);
});

test("the best value is found by look-ups, however many steps share it", async () => {
  const registry = await aRegistry();
  const id = await anExperiment(registry);
  await logged(registry, id, [{ name: "accuracy", value: 0 }]);
  await registry.db.query(
    "insert into metric_point (experiment_id, name, step, value) select $1, 'accuracy', i, 1 from generate_series(1, 50000) i",
    [uuid(id)],
  );
  await registry.db.query("analyze metric_point");
  const look = () => read(registry, id, `metrics { ${summary} }`);
  expect(await look()).toMatchObject([{ pointCount: 50_001, best: { step: 1, value: 1 } }]);
  const statement = (await statementsOf(look)).find((sent) => sent.includes("metric_point"));
  // No step of the plan goes through the series.
  expect(await mostRows(registry.db, statement, [[uuid(id)]])).toBeLessThan(10);
});

test("a long series is read whole, piece by piece", async () => {
  const registry = await aRegistry();
  const id = await anExperiment(registry);
  await logged(registry, id, steps("a", ...Array.from({ length: 25 }, (_, step) => step)));
  await logged(registry, id, steps("b", 0, 1));
  const piece = (fromStep: number, toStep: number) =>
    read(
      registry,
      id,
      `metrics { series(fromStep: ${fromStep}, toStep: ${toStep}, maxPoints: 10) { step } }`,
    );
  const read25: number[] = [];
  for (const from of [0, 10, 20]) {
    const [{ series }] = await piece(from, from + 9);
    read25.push(...series.map(({ step }: { step: number }) => step));
  }
  expect(read25).toEqual(Array.from({ length: 25 }, (_, step) => step));
  expect(await piece(1, 0)).toEqual([{ series: [] }, { series: [] }]);
  const both = () => piece(0, 9);
  const one = () => read(registry, id, 'metrics(names: ["a"]) { series(toStep: 9) { step } }');
  expect((await statementsOf(both)).length).toBe((await statementsOf(one)).length);
});

test("values that are logged at once for one experiment all get their steps", async () => {
  const registry = await aRegistry();
  const id = await anExperiment(registry);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, value) => logged(registry, id, [{ name: "a", value }])),
  );
  expect(answers.flat()).toEqual([]);
  const [{ series }] = await read(registry, id);
  expect(series.map(({ step }: { step: number }) => step)).toEqual(
    Array.from({ length: 20 }, (_, step) => step),
  );
});

/** The rules of a series, written down once more and as plainly as can be. */
function expected(calls: Logged[][]) {
  const points = new Map<number, number>();
  let goal = "MAXIMIZE";
  for (const { value, step, goal: given } of calls.flat()) {
    points.set(step ?? Math.max(-1, ...points.keys()) + 1, value);
    goal = given ?? goal;
  }
  const series = [...points].map(([step, value]) => ({ step, value })).sort((a, b) => a.step - b.step);
  const values = series.map(({ value }) => value);
  const top = goal === "MAXIMIZE" ? Math.max(...values) : Math.min(...values);
  const best = series.find(({ value }) => value === top);
  return series.length === 0
    ? []
    : [{ name: "a", goal, pointCount: series.length, last: series.at(-1), best, series }];
}

test("any values in any order make the series that the rules say", async () => {
  const value = fc.record(
    {
      name: fc.constant("a"),
      value: fc.integer({ min: -3, max: 3 }),
      step: fc.integer({ min: 0, max: 6 }),
      goal: fc.constantFrom("MAXIMIZE", "MINIMIZE"),
    },
    { requiredKeys: ["name", "value"] },
  );
  const registry = await aRegistry();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(value, { maxLength: 3 }), { maxLength: 3 }), async (calls) => {
      const id = (await createExperiment(registry, {}, { type: "LINE" })).experiment.id;
      const done: Logged[][] = [];
      for (const call of calls) if ((await logged(registry, id, call)).length === 0) done.push(call);
      expect(await read(registry, id)).toEqual(expected(done));
    }),
    { numRuns: 40 },
  );
});
