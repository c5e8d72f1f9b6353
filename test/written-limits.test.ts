import { expect, test } from "@jest/globals";
import type { PostgresDriver } from "typeorm/driver/postgres/PostgresDriver.js";
import { limits } from "../src/limits.ts";
import type { Pool } from "../src/postgres/pool.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aVersion, uuid } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aServer } from "./support/test-server.ts";
import { bothWays } from "./support/written.ts";

/** Labels as no form could take them in a moment. */
async function addLabels({ db }: Registry, id: string, count: number, name = "class") {
  await db.query(
    "insert into label (model_version_id, index, name) select $1, n, $3 || n from generate_series(1, $2::int) n",
    [uuid(id), count, name],
  );
}

test("labels that are asked for again and again count again and again", async () => {
  const registry = await aRegistry();
  const ask = await bothWays(registry);
  const id = await aVersion(registry, await aModel(registry));
  await addLabels(registry, id, limits.labels);
  const query = (times: number) =>
    `query ($id: ID!) { modelVersion(by: { id: $id }) { ${Array.from({ length: times }, (_, n) => `l${n}: labels { index }`).join(" ")} } }`;
  expect(await ask(registry.token, query(3), { id })).toMatchObject({ isWritten: true });
  const { answer } = await ask(registry.token, query(5), { id });
  expect(answer.errors).toMatchObject([{ extensions: { code: "QUERY_TOO_LARGE" } }]);
});

test("a list that is longer than its share of an answer is left to its resolver", async () => {
  const registry = await aRegistry();
  const ask = await bothWays(registry);
  const modelId = await aModel(registry);
  const [long, short] = [await aVersion(registry, modelId), await aVersion(registry, modelId)];
  await addLabels(registry, long, (8 * limits.answer) / 100 + 1);
  await addLabels(registry, short, (8 * limits.answer) / 100);
  const query = `query ($name: String!) { modelVersions(first: 100, where: { name: { eq: $name } }) { nodes { labels { name } } } }`;
  for (const [id, isWritten] of [
    [short, true],
    [long, false],
  ] as const) {
    const { modelVersion } = await registry.ask(
      "query ($id: ID!) { modelVersion(by: { id: $id }) { name } }",
      { id },
    );
    expect(await ask(registry.token, query, { name: modelVersion.name })).toMatchObject({ isWritten });
  }
});

test("parameters count by their length", async () => {
  const registry = await aRegistry();
  const ask = await bothWays(registry);
  const modelId = await aModel(registry);
  const parameters = Array.from({ length: 16 }, (_, n) => ({ name: `p${n}`, value: "x".repeat(60_000) }));
  for (let n = 0; n < 11; n += 1) await aVersion(registry, modelId, { parameters });
  const query = "query ($first: Int!) { modelVersions(first: $first) { nodes { parameters { value } } } }";
  expect(await ask(registry.token, query, { first: 10 })).toMatchObject({ isWritten: true });
  const { answer } = await ask(registry.token, query, { first: 11 });
  expect(answer.errors?.[0]).toMatchObject({ extensions: { code: "QUERY_TOO_LARGE" } });
});

test("an answer may have so many characters and no more", async () => {
  const registry = await aRegistry();
  const ask = await bothWays(registry);
  const id = await aVersion(registry, await aModel(registry));
  await addLabels(registry, id, 18_000, "n".repeat(180));
  const query = (times: number) =>
    `query ($id: ID!) { modelVersion(by: { id: $id }) { ${Array.from({ length: times }, (_, n) => `l${n}: labels { ${Array.from({ length: 8 }, (_, n) => `n${n}: name`).join(" ")} }`).join(" ")} } }`;
  const { answer, status } = await ask(registry.token, query(2), { id });
  expect({ answer, status }).toMatchObject({
    status: 400,
    answer: { errors: [{ extensions: { code: "QUERY_TOO_LARGE" } }] },
  });
});

test("SQL that PostgreSQL does not know is reported, and resolvers make the answer", async () => {
  const registry = await aRegistry();
  const id = await aModel(registry, { name: "Detector" });
  // A mistake in what writes answers, and in nothing else.
  const { master: pool }: { master: Pool } = registry.db.driver as PostgresDriver;
  const read = (text: string, values: unknown[]) =>
    pool.read(text.replace("octet_length(read)", "octet_length(written)"), values);
  const master = Object.assign(Object.create(pool), { read, connect: pool.connect.bind(pool) });
  const driver = Object.create(registry.db.driver, { master: { value: master } });
  const { app, address } = await aServer(Object.create(registry.db, { driver: { value: driver } }), {
    compile: true,
    readAhead: true,
    writeJson: true,
  });
  const reported: unknown[] = [];
  app.log.error = (...told: unknown[]) => reported.push(told);
  const ask = sender(`${address}/graphql`, registry.token);
  for (let times = 0; times < 2; times += 1) {
    const { body } = await ask("query ($id: ID!) { model(by: { id: $id }) { name } }", { id });
    expect(body).toEqual({ data: { model: { name: "Detector" } } });
  }
  expect(reported).toMatchObject([
    [{ err: { driverError: { code: "42703" } }, fields: ["model"] }, "an answer could not be written"],
  ]);
});
