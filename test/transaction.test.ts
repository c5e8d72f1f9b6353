import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { createDataSource } from "../src/data-source.ts";
import { Organization } from "../src/organization/organization.ts";
import { send, transaction } from "../src/transaction.ts";
import { databaseUrl } from "./support/database.ts";
import { aMember } from "./support/registry.ts";
import { aModel, aVersion, wholeForm } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aServer } from "./support/test-server.ts";
import { countingTrips } from "./support/trips.ts";

let db: DataSource;
let wire: Awaited<ReturnType<typeof countingTrips>>;

beforeAll(async () => {
  wire = await countingTrips(await databaseUrl());
  db = await createDataSource(wire.url, { poolSize: 1 }).initialize();
  await db.runMigrations();
  await db.query("create table if not exists noted (id int primary key)");
});

beforeEach(() => db.query("delete from noted"));

afterAll(async () => {
  await db.query("drop table noted");
  await db.destroy();
  wire.close();
});

const note = "insert into noted (id) values (6 / $1)";
const noted = async () =>
  (await db.query("select id from noted order by id")).map(({ id }: { id: number }) => id);

test("what is sent without waiting goes out in one packet, with the beginning and the end", async () => {
  const run = () =>
    transaction(db, async (tx) => {
      for (const divisor of [1, 2, 3]) await send(tx, note, [divisor]);
      const { answer } = await send(
        tx,
        "select count(*)::int as count from noted",
        [],
        ([{ count }]: [{ count: number }]) => count,
      );
      return { answer };
    });
  let found: { answer: Promise<number> } | undefined;
  expect(
    await wire.during(async () => {
      found = await run();
    }),
  ).toBe(1);
  expect(await found?.answer).toBe(3);
  expect(await noted()).toEqual([2, 3, 6]);
});

test.each([0, 1, 2])("when one of them fails, nothing is done, and that is the error: %i", async (wrong) => {
  const divisors = [1, 2, 3].map((divisor, place) => (place === wrong ? 0 : divisor));
  // Prepared or not, and some of them for the first time: the connection goes on as before.
  for (const text of [note, note, `${note} -- ${wrong}`, `${note} -- ${wrong}`]) {
    const failing = transaction(db, async (tx) => {
      for (const divisor of divisors) await send(tx, text, [divisor]);
      return tx.query("select from noted");
    });
    await expect(failing).rejects.toThrow("division by zero");
  }
  expect(await noted()).toEqual([]);
  await transaction(db, (tx) => send(tx, `${note} -- ${wrong}`, [1]));
  expect(await noted()).toEqual([6]);
});

test("what PostgreSQL refuses in the end is not done either", async () => {
  await db.query("alter table noted add constraint later unique (id) deferrable initially deferred");
  await db.query("alter table noted drop constraint noted_pkey");
  const failing = transaction(db, async (tx) => {
    for (const divisor of [1, 1, 3]) await send(tx, note, [divisor]);
  });
  await expect(failing).rejects.toThrow("later");
  await expect(db.query("insert into noted (id) values ($1), ($1)", [1])).rejects.toThrow("later");
  expect(await noted()).toEqual([]);
  await db.query("alter table noted drop constraint later, add primary key (id)");
});

test("a transaction in which nothing is asked sends nothing", async () => {
  const asked = async (work: () => Promise<void>) =>
    wire.during(() => transaction(db, work).catch((error: Error) => expect(error.message).toBe("Refused.")));
  expect(await asked(async () => {})).toBe(0);
  expect(await asked(() => Promise.reject(new Error("Refused.")))).toBe(0);
});

test("what PostgreSQL refuses whole has been taken back by then", async () => {
  const failing = () => transaction(db, (tx) => send(tx, note, [0]));
  expect(await wire.during(() => expect(failing()).rejects.toThrow("division by zero"))).toBe(1);
});

test("what was sent before a refusal is taken back", async () => {
  const refused = transaction(db, async (tx) => {
    await send(tx, note, [1]);
    throw new Error("Refused.");
  });
  await expect(refused).rejects.toThrow("Refused.");
  expect(await noted()).toEqual([]);
});

test("a statement that comes after an answer is of the same transaction", async () => {
  const failing = transaction(db, async (tx) => {
    await tx.query(note, [1]);
    await new Promise((resolve) => setImmediate(resolve));
    await tx.query(note, [0]);
  });
  await expect(failing).rejects.toThrow("division by zero");
  expect(await noted()).toEqual([]);
});

test("a creation waits for PostgreSQL twice, and so does an edit of labels unless it is compared, the token's look-up included", async () => {
  const { address } = await aServer(db);
  const organizationId = uuidv7();
  const { token } = await db.transaction(async (tx) => {
    await tx.insert(Organization, { id: organizationId, name: "Acme" });
    return aMember(tx, organizationId);
  });
  const send = sender(`${address}/graphql`, token);
  const ask = async (query: string, variables?: object) => (await send(query, variables)).body.data;
  const { dockerImage: _none, ...form } = wholeForm;
  const modelId = await aModel({ ask });
  const id = await aVersion({ ask }, modelId, form);
  const rename = (name: string, more = "") =>
    send(
      `mutation ($id: ID!, $name: String!) { updateLabelMap(id: $id, input: { operations: [{ set: { index: 0, name: $name } }] }) {
        modelVersion { labelCount updatedAt } ${more} userErrors { message } } }`,
      { id, name },
    );
  const create = () =>
    send(
      `mutation ($modelId: ID!, $input: CreateModelVersionInput!) {
        createModelVersion(modelId: $modelId, input: $input) { modelVersion { version labelCount } userErrors { message } } }`,
      { modelId, input: { name: "another", type: "LINE", ...form } },
    );
  expect(await wire.during(() => rename("hat"))).toBe(2);
  expect(await wire.during(() => rename("cap", "changed { after { name } }"))).toBe(3);
  expect(await wire.during(create)).toBe(2);
});
