import { expect, test } from "@jest/globals";
import { ExperimentStatus, nextStatuses } from "../src/experiment/experiment-status.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { anExperiment, uuid } from "./support/seed.ts";

const set = `mutation ($id: ID!, $status: ExperimentStatus!) {
  setExperimentStatus(id: $id, status: $status) {
    experiment { status startedAt endedAt updatedAt } userErrors { code field message }
  }
}`;

async function move(registry: Registry, id: string, status: string) {
  return (await registry.ask(set, { id, status })).setExperimentStatus;
}

/** How an experiment comes to each status. */
const ways: { [status: string]: string[] } = {
  WAITING: [],
  RUNNING: ["RUNNING"],
  SUCCESS: ["RUNNING", "SUCCESS"],
  FAILED: ["RUNNING", "FAILED"],
  CANCELED: ["CANCELED"],
  TERMINATED: ["RUNNING", "TERMINATED"],
};

/** Written by hand: what people were promised. */
const allowed = new Set([
  "WAITING RUNNING",
  "WAITING CANCELED",
  "RUNNING SUCCESS",
  "RUNNING FAILED",
  "RUNNING CANCELED",
  "RUNNING TERMINATED",
]);
const all = Object.keys(ExperimentStatus);
const pairs = all.flatMap((from) => all.map((to) => [from, to] as const));

async function anExperimentIn(status: string) {
  const registry = await aRegistry();
  const id = await anExperiment(registry);
  for (const step of ways[status] ?? []) expect((await move(registry, id, step)).userErrors).toEqual([]);
  return { registry, id };
}

test.each(pairs)("from %s to %s, by the API and by the database", async (from, to) => {
  const { registry, id } = await anExperimentIn(from);
  const { experiment, userErrors } = await move(registry, id, to);
  const isAllowed = allowed.has(`${from} ${to}`);
  expect(nextStatuses[from as ExperimentStatus].includes(to as ExperimentStatus)).toBe(isAllowed);
  expect(experiment.status).toBe(isAllowed ? to : from);
  expect(userErrors).toMatchObject(isAllowed || from === to ? [] : [{ code: "CONFLICT", field: ["status"] }]);

  if (from === to) return;
  const other = await anExperiment(registry);
  for (const step of ways[from] ?? []) await move(registry, other, step);
  const write = registry.db.query(
    `update experiment set status = $2, ended_at = case when $3 then now() end, started_at = coalesce(started_at, now())
     where id = $1`,
    [uuid(other), to, !["WAITING", "RUNNING"].includes(to)],
  );
  if (isAllowed) await write;
  else await expect(write).rejects.toThrow(/does not go from|is frozen|violates check constraint/);
});

test("it is noted when an experiment began and ended", async () => {
  const { registry, id } = await anExperimentIn("WAITING");
  const { experiment: running } = await move(registry, id, "RUNNING");
  expect(running).toMatchObject({ startedAt: expect.any(String), endedAt: null });
  const { experiment: ended } = await move(registry, id, "SUCCESS");
  expect(ended).toMatchObject({ startedAt: running.startedAt, endedAt: expect.any(String) });
  expect((await move(registry, id, "SUCCESS")).experiment).toEqual(ended);
});

const writes: { [what: string]: string } = {
  updateExperimentParameters:
    'updateExperimentParameters(id: $id, input: { operations: [{ set: { name: "a", value: 2 } }] })',
  updateExperimentLabelMap:
    'updateExperimentLabelMap(id: $id, input: { operations: [{ set: { index: 0, name: "b" } }] })',
  logMetrics: 'logMetrics(id: $id, input: { metrics: [{ name: "a", value: 1, step: 0 }] })',
};

test.each(["SUCCESS", "FAILED", "CANCELED", "TERMINATED"])(
  "what an experiment with the status %s was set to and came to stays as it is",
  async (status) => {
    const { registry, id } = await anExperimentIn("WAITING");
    const write = (what: string) =>
      registry.ask(`mutation ($id: ID!) { ${writes[what]} { userErrors { code field } } }`, { id });
    for (const what of Object.keys(writes)) expect((await write(what))[what].userErrors).toEqual([]);
    for (const step of ways[status] ?? []) await move(registry, id, step);
    for (const what of Object.keys(writes))
      expect((await write(what))[what].userErrors).toEqual([{ code: "CONFLICT", field: ["id"] }]);

    const { query } = registry.db;
    for (const statement of [
      "update experiment_parameter set position = 9 where experiment_id = $1",
      "delete from experiment_label where experiment_id = $1",
      "update metric_point set value = 7 where experiment_id = $1",
      "insert into experiment_metric (experiment_id, name, goal) values ($1, 'b', 'MAXIMIZE')",
      "insert into experiment_docker_image (experiment_id, image, flags, environment_variables) values ($1, 'a', '{}', '[]')",
      "insert into experiment_base_file (experiment_id, sha256) values ($1, '')",
    ])
      await expect(query.call(registry.db, statement, [uuid(id)])).rejects.toThrow("that is over is kept");
    const said = `mutation ($id: ID!) { updateExperiment(id: $id, input: { description: "Learned." }) { userErrors { code } } }`;
    expect((await registry.ask(said, { id })).updateExperiment.userErrors).toEqual([]);
    await query.call(registry.db, "delete from experiment where id = $1", [uuid(id)]);
  },
);

test.each(["experiment_parameter", "experiment_label", "experiment_metric", "metric_point"])(
  "no row of %s goes from one experiment to another",
  async (table) => {
    const { registry, id } = await anExperimentIn("WAITING");
    for (const what of Object.values(writes))
      await registry.ask(`mutation ($id: ID!) { ${what} { userErrors { code } } }`, { id });
    const other = await anExperiment(registry);
    const move = `update ${table} set experiment_id = $2 where experiment_id = $1`;
    await expect(registry.db.query(move, [uuid(id), uuid(other)])).rejects.toThrow(`${table} is frozen`);
  },
);

test.each([
  "update experiment set type = 'POINT' where id = $1",
  "update experiment set framework = 'ONNX' where id = $1",
  "update experiment set created_at = now() where id = $1",
])("the database refuses: %s", async (statement) => {
  const { registry, id } = await anExperimentIn("RUNNING");
  await expect(registry.db.query(statement, [uuid(id)])).rejects.toThrow("experiment is frozen");
});
