import { beforeAll, expect, test } from "@jest/globals";
import pg from "pg";
import { databaseUrl } from "./support/database.ts";
import { type Data, sender } from "./support/send.ts";
import { aDataDir, type ServerProcess, startServer, tokenOf } from "./support/server-process.ts";
import {
  deleteModel,
  deleteVersion,
  purgeVersion,
  restoreModel,
  restoreVersion,
  transfer,
} from "./support/settings.ts";

const createModel = "mutation ($name: String!) { createModel(input: { name: $name }) { model { id } } }";
const createVersion = `mutation ($modelId: ID!, $name: String!) {
  createModelVersion(modelId: $modelId, input: { name: $name, type: LINE, labels: [{ index: 0, name: "lane" }] }) {
    modelVersion { id version model { id } } userErrors { code field }
  }
}`;
const rename = `mutation ($id: ID!, $name: String!) {
  updateModelVersion(id: $id, input: { name: $name }) { userErrors { code field } }
}`;
const renameModel = `mutation ($id: ID!, $name: String!) {
  updateModel(id: $id, input: { name: $name }) { userErrors { code field } }
}`;
const count = `query ($id: ID!) { model(by: { id: $id }) { versionCount } }`;

let url: string;
let servers: ServerProcess[];
let token: string;
let turn = 0;

beforeAll(async () => {
  url = await databaseUrl(`settings_races_${process.env.TEST_RUN}`);
  const env = { DATABASE_URL: url, DATA_DIR: aDataDir() };
  servers = [await startServer(env), await startServer(env)];
  token = tokenOf(env.DATA_DIR);
});

/** Asks the two servers in turn; a top-level error fails the test. Gives the payload. */
async function ask(operation: string, variables: object): Promise<Data> {
  turn += 1;
  const { body } = await sender(servers[turn % 2]?.url ?? "", token)(operation, variables);
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return Object.values(body.data)[0];
}

const aModel = async (name: string): Promise<string> => (await ask(createModel, { name })).model.id;
const aVersion = async (modelId: string, name: string): Promise<string> =>
  (await ask(createVersion, { modelId, name })).modelVersion.id;

/** So many clients, each of which does the next thing when it has done one. */
async function race(clients: number, times: number, act: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const client = async () => {
    while (next < times) {
      next += 1;
      await act(next);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}

const any = <T>(list: T[]) => list[Math.floor(Math.random() * list.length)];

async function query(sql: string, params: unknown[] = []): Promise<Data[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql, params);
  await client.end();
  return rows;
}

/** The highest number of each model, and how many addresses there are in it, old and new: numbers are used once and none is left out. */
const numbers = () =>
  query(`select m.last_version as last, count(a.version)::int as used, count(distinct a.version)::int as distinct
    from model m left join (
      select model_id, version from model_version union all select model_id, version from previous_address
    ) a on a.model_id = m.id group by m.id`);

test("1,000 opposite transfers from 32 clients, and no deadlock surfaces", async () => {
  const models = [await aModel("left"), await aModel("right")] as const;
  const ids: string[] = [];
  for (const modelId of models)
    for (let index = 0; index < 10; index += 1) ids.push(await aVersion(modelId, `v${index}`));
  const outcomes = new Map<string, number>();
  await race(32, 1_000, async (index) => {
    const [id, modelId] = [ids[index % 20], models[Number(Math.random() < 0.5)]];
    const name = Math.random() < 0.5 ? `v${index % 10}` : `w${index}`; // taken there, or free
    const { userErrors } = await ask(transfer, { id, modelId, name });
    const outcome = userErrors.length === 0 ? "moved" : `${userErrors[0].code} ${userErrors[0].field}`;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  });
  expect(
    [...outcomes.keys()].filter((outcome) => !/^(moved|TAKEN name|CONFLICT (id|modelId))$/.test(outcome)),
  ).toEqual([]);
  const [{ moved }] = await query("select count(*)::int as moved from previous_address");
  expect(moved).toBe(outcomes.get("moved"));
  expect(moved).toBeGreaterThan(200);
  const used = await numbers();
  for (const { last, used: total, distinct } of used) expect([total, distinct]).toEqual([last, last]);
  expect(used.reduce((sum, { last }) => sum + last, 0)).toBe(20 + moved);
});

test("a model that is deleted while versions are created keeps none that is live", async () => {
  for (let round = 0; round < 10; round += 1) {
    const id = await aModel(`model ${round}`);
    let created = 0;
    const cascade = round % 2 === 0;
    let deleted = false;
    await Promise.all([
      race(12, 60, async (index) => {
        const answer = await ask(createVersion, { modelId: id, name: `v${index}` });
        if (answer.modelVersion || answer.userErrors[0].field === null) created += 1;
        else expect(answer.userErrors).toEqual([{ code: "NOT_FOUND", field: ["modelId"] }]);
      }),
      race(1, 3, async () => {
        const { userErrors } = await ask(deleteModel, { id, cascade });
        if (userErrors.length === 0) deleted = true;
        else if (!deleted) expect(userErrors).toMatchObject([{ code: "CONFLICT", field: ["cascade"] }]);
      }),
    ]);
    if (cascade) expect(deleted).toBe(true);
    if (deleted) {
      expect(await ask(count, { id })).toBeNull();
      expect((await ask(restoreModel, { id })).userErrors).toEqual([]);
    }
    expect(await ask(count, { id })).toEqual({ versionCount: created });
  }
});

test("of those who want one name at the same moment, one gets it", async () => {
  const modelId = await aModel("names");
  const trashed: string[] = [];
  for (let index = 0; index < 8; index += 1) {
    const id = await aVersion(modelId, "one");
    await ask(deleteVersion, { id });
    trashed.push(id);
  }
  for (let round = 0; round < 20; round += 1) {
    const answers = await Promise.all([
      ...trashed.map((id) => ask(restoreVersion, { id })),
      ask(createVersion, { modelId, name: "one" }),
    ]);
    const codes = answers.map(({ userErrors }) => userErrors[0]?.code ?? "");
    expect(codes.sort()).toEqual(["", ...Array(8).fill("TAKEN")]);
    await ask(deleteVersion, { id: answers.find(({ modelVersion }) => modelVersion).modelVersion.id });
  }
});

test("names go back and forth, of versions and of models, and no deadlock surfaces", async () => {
  const models: string[] = [];
  const versions: string[] = [];
  for (let index = 0; index < 2; index += 1) models.push(await aModel(`a${index}`));
  for (let index = 0; index < 2; index += 1) versions.push(await aVersion(models[0] ?? "", `a${index}`));
  let renamed = 0;
  await race(32, 400, async (index) => {
    const [operation, ids] = index % 2 === 0 ? [rename, versions] : [renameModel, models];
    const { userErrors } = await ask(operation, { id: any(ids), name: `a${Math.floor(Math.random() * 3)}` });
    if (userErrors.length === 0) renamed += 1;
    else expect(userErrors).toMatchObject([{ code: "TAKEN" }]);
  });
  expect(renamed).toBeGreaterThan(50);
});

test("everything at once, from 32 clients, and nothing but refusals", async () => {
  const models = [await aModel("x"), await aModel("y"), await aModel("z")];
  const ids: string[] = [];
  for (let index = 0; index < 12; index += 1) ids.push(await aVersion(models[index % 3] ?? "", `n${index}`));
  const name = () => `n${Math.floor(Math.random() * 4)}`;
  const actions: (() => Promise<Data>)[] = [
    () => ask(transfer, { id: any(ids), modelId: any(models), name: name() }),
    () => ask(transfer, { id: any(ids), modelId: any(models) }),
    () => ask(deleteVersion, { id: any(ids) }),
    () => ask(restoreVersion, { id: any(ids), name: name() }),
    () => ask(restoreVersion, { id: any(ids) }),
    () => ask(deleteModel, { id: any(models), cascade: true }),
    () => ask(restoreModel, { id: any(models) }),
    () => ask(restoreModel, { id: any(models) }),
    () => ask(purgeVersion, { id: any(ids.slice(0, 3)) }),
    () => ask(rename, { id: any(ids), name: name() }),
    async () => {
      const answer = await ask(createVersion, { modelId: any(models), name: name() });
      if (answer.modelVersion) ids.push(answer.modelVersion.id);
      return answer;
    },
  ];
  let accepted = 0;
  await race(32, 1_500, async () => {
    const answer = await any(actions)?.();
    if (answer.userErrors.length === 0) accepted += 1;
  });
  expect(accepted).toBeGreaterThan(200);
  for (const { last, used, distinct } of await numbers()) expect([used, distinct]).toEqual([last, last]);
  const astray = await query(`select from model_version v join model m on m.id = v.model_id
    where v.trash_entry_id is null and m.trash_entry_id is not null`);
  expect(astray).toEqual([]);
});
