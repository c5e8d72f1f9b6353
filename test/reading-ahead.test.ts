import { expect, test } from "@jest/globals";
import { createDataSource } from "../src/data-source.ts";
import { Role } from "../src/member/role.ts";
import { send, transaction } from "../src/transaction.ts";
import { databaseUrl } from "./support/database.ts";
import { aMember, aRegistry, statementsOf } from "./support/registry.ts";
import {
  aDataset,
  aDatasetVersion,
  aFile,
  aModel,
  anExperiment,
  aVersion,
  wholeForm,
} from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aServer, readAhead } from "./support/test-server.ts";

const files = (count: number, below: string) =>
  Array.from(
    { length: count },
    (_, n) => `f${n}: file(name: "${n}") { name createdBy { name } modelVersion { ${below} } }`,
  );

test("many single rows at one level cost no more than they are worth", async () => {
  const registry = await aRegistry();
  const id = await aVersion(registry, await aModel(registry), wholeForm);
  for (const name of ["0", "1"]) await aFile(registry, id, { name });
  const query = `query ($id: ID!) { modelVersion(by: { id: $id }) { ${files(14, "...Below")} } }
    fragment Below on ModelVersion { ${files(14, "name model { name }")} }`;
  const { modelVersion } = await registry.ask(query, { id });
  expect(modelVersion.f0).toMatchObject({ name: "0", modelVersion: { f1: { name: "1", createdBy: {} } } });
  expect([modelVersion.f2, modelVersion.f13]).toEqual([null, null]);
});

test("a value that the database cannot take is refused at its field, and not at what is read with it", async () => {
  const registry = await aRegistry();
  const id = await aVersion(registry, await aModel(registry), { ...wholeForm, name: "v" });
  const query = `query ($id: ID!) { modelVersion(by: { id: $id }) { name file(name: "a\\u0000") { id } } }`;
  const { body } = await registry.send(query, { id });
  expect(body.data).toEqual({ modelVersion: { name: "v", file: null } });
  expect(body.errors).toMatchObject([{ path: ["modelVersion", "file"] }]);
});

test("who may see an object by looking at it sees it, whatever is selected", async () => {
  const registry = await aRegistry();
  const { token } = await aMember(registry.db, registry.organizationId, { role: Role.VIEWER });
  const ask = sender(registry.url, token);
  const own = "{ viewer { apiToken { id } } }";
  const { id } = (await ask(own)).body.data.viewer.apiToken;
  expect((await ask("query ($id: ID!) { node(id: $id) { id } }", { id })).body.data).toEqual({
    node: { id },
  });
});

test("a cost is that of the ids that are asked for, however they are written", async () => {
  const registry = await aRegistry();
  const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Model { versions(first: 100) { nodes { labels { name } parameters { name } } } } } }`;
  const id = await aModel(registry);
  await registry.send(query, { ids: id });
  const { body } = await registry.send(query, { ids: Array.from({ length: 100 }, () => id) });
  expect(body.errors).toMatchObject([{ extensions: { code: "QUERY_TOO_LARGE" } }]);
});

test("work that fails behind a statement which fails leaves a connection that can be used", async () => {
  const db = await createDataSource(await databaseUrl(), { poolSize: 1 }).initialize();
  const failing = transaction(db, async (tx) => {
    await send(tx, "select 1 / $1::int", [0]);
    throw new Error("Refused.");
  });
  await expect(failing).rejects.toThrow();
  expect(await db.query("select 1 as one")).toEqual([{ one: 1 }]);
  await db.destroy();
});

test.each([
  [
    "an experiment",
    "query ($id: ID!) { experiment(by: { id: $id }) { name createdBy { name } parameters { name } datasetVersions { alias datasetVersion { name } } } }",
  ],
  [
    "a dataset",
    'query { dataset(by: { name: "PPE" }) { name createdBy { name } versions { nodes { name labels { name } } } } }',
  ],
])("%s is read by one statement, with all that hangs on it", async (_what, query) => {
  const registry = await aRegistry();
  const train = await aDatasetVersion(registry, {}, await aDataset(registry, { name: "PPE" }));
  const id = await anExperiment(registry, { datasets: { train } });
  const sent = await statementsOf(() => registry.ask(query, { id }));
  if (readAhead) expect(sent).toHaveLength(1);
  else expect(sent.length).toBeGreaterThan(2);
});

test.each([true, false])(
  "a key can be one field in the nodes of a page and another in its edges",
  async (writeJson) => {
    const registry = await aRegistry();
    const id = await aModel(registry, { name: "Detector" });
    await aVersion(registry, id, { ...wholeForm, name: "v1" });
    const { address } = await aServer(registry.db, { writeJson });
    const query = `{ models(first: 1) {
      nodes { it: name list: versions(first: 1) { totalCount } }
      edges { node { it: createdBy { name } list: versions(last: 2) { nodes { name } } } }
      again: edges { node { it: id } }
    } }`;
    const { body } = await sender(`${address}/graphql`, registry.token)(query);
    expect(body).toEqual({
      data: {
        models: {
          nodes: [{ it: "Detector", list: { totalCount: 1 } }],
          edges: [{ node: { it: { name: "Ada Lovelace" }, list: { nodes: [{ name: "v1" }] } } }],
          again: [{ node: { it: id } }],
        },
      },
    });
  },
);
