import { afterEach, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";
import { createDataSource, type DataSourceOptions } from "../src/data-source.ts";
import { translateDatabaseError } from "../src/database-error.ts";
import { limits } from "../src/limits.ts";
import { Organization } from "../src/organization/organization.ts";
import { databaseUrl } from "./support/database.ts";
import { aMember } from "./support/registry.ts";
import { aModel, aVersion, wholeForm } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aServer } from "./support/test-server.ts";

const opened: DataSource[] = [];

afterEach(async () => {
  for (const db of opened.splice(0)) await db.destroy();
});

/** One connection, so that it is known which one a statement is sent on. */
async function aConnection(options: DataSourceOptions = {}, database?: string) {
  const url = await databaseUrl(database && `${database}_${process.env.TEST_RUN}`);
  const db = await createDataSource(url, { poolSize: 1, ...options }).initialize();
  opened.push(db);
  return db;
}

/** How often this text is prepared on the connection. */
async function preparedOf(db: DataSource, text: string): Promise<number> {
  const all: { statement: string }[] = await db.query("select statement from pg_prepared_statements");
  return all.filter(({ statement }) => statement === text).length;
}

test("a statement is prepared when it comes for the second time, once on each connection", async () => {
  const [one, two] = [await aConnection(), await aConnection()];
  const text = "select $1::int + 1 as sum";
  await one.query(text, [1]);
  expect(await preparedOf(one, text)).toBe(0);
  for (const number of [1, 2, 3]) expect(await one.query(text, [number])).toEqual([{ sum: number + 1 }]);
  expect(await preparedOf(one, text)).toBe(1);
  expect(await preparedOf(two, text)).toBe(0);
  expect(await two.query(text, [5])).toEqual([{ sum: 6 }]);
  expect(await preparedOf(two, text)).toBe(1);
});

test("a statement without parameters, or through a pooler that cannot remember, is not prepared", async () => {
  const [db, pooled] = [await aConnection(), await aConnection({ preparedStatements: false })];
  const text = "select $1::int + 2 as sum";
  for (let time = 0; time < 3; time += 1) {
    await db.query("select 1 as one");
    await pooled.query(text, [1]);
  }
  expect(await preparedOf(db, "select 1 as one")).toBe(0);
  expect(await preparedOf(pooled, text)).toBe(0);
});

test("what fails can be sent again, and takes no longer than any statement may", async () => {
  const db = await aConnection();
  const text = "select 6 / $1::int as share, pg_sleep($2)";
  for (const divisor of [0, 0, 2, 0, 3]) {
    const asked = db.query(text, [divisor, 0]);
    if (divisor === 0) await expect(asked).rejects.toThrow("division by zero");
    else expect(await asked).toMatchObject([{ share: 6 / divisor }]);
  }
  await db.query("set statement_timeout = 50");
  await expect(db.query(text, [1, 5])).rejects.toThrow("statement timeout");
});

test("an older version goes on while a newer one adds columns", async () => {
  const db = await aConnection({}, "older");
  await db.runMigrations();
  const { address } = await aServer(db);
  const organizationId = "01a20c38-1d95-77a2-98fa-9009b97dc137";
  const { token } = await db.transaction(async (tx) => {
    await tx.insert(Organization, { id: organizationId, name: "Acme" });
    return aMember(tx, organizationId);
  });
  const send = sender(`${address}/graphql`, token);
  const everything = async () => {
    const ask = async (query: string, variables?: object) => {
      const { body } = await send(query, variables);
      expect(body.errors).toBeUndefined();
      return body.data;
    };
    await aVersion({ ask }, await aModel({ ask }), wholeForm);
    await ask(`{ models { nodes { name createdBy { name } versions { totalCount nodes {
      labels { name } parameters { name } dockerImage { image } files { nodes { name } } deployable { ready } } } } } }`);
  };
  for (let time = 0; time < 3; time += 1) await everything();
  const tables: { name: string }[] = await db.query(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
  );
  for (const { name } of tables) await db.query(`alter table "${name}" add column added text default 'new'`);
  await everything();
  expect(await db.query("select from pg_prepared_statements")).not.toEqual([]);
});

test("a column that changes its type costs each connection one statement", async () => {
  const db = await aConnection();
  await db.query("drop table if exists changing");
  await db.query("create table changing (count int)");
  const text = "select count from changing where count > $1 or $1 > 0";
  for (const least of [1, 1]) await db.query(text, [least]);
  await db.query("alter table changing alter count type bigint");
  const error = await db.query(text, [1]).catch(translateDatabaseError);
  expect(error).toMatchObject({ extensions: { code: "SERVICE_UNAVAILABLE" } });
  expect(await db.query(text, [1])).toEqual([]);
  await db.query("drop table changing");
});

test("no more statements are prepared than PostgreSQL is to remember", async () => {
  const db = await aConnection();
  for (let n = 0; n <= limits.preparedStatements; n += 1)
    for (const _time of [1, 2]) await db.query(`select $1::int + ${n} as sum`, [1]);
  const [{ count }] = await db.query("select count(*)::int as count from pg_prepared_statements");
  expect(count).toBeLessThanOrEqual(limits.preparedStatements);
  expect(count).toBeGreaterThan(limits.preparedStatements - 100);
});
