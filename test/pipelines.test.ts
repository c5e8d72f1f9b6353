import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { DataSource } from "typeorm";
import { createDataSource } from "../src/data-source.ts";
import { limits } from "../src/limits.ts";
import { noteDuration } from "../src/postgres/pace.ts";
import { read } from "../src/postgres/read.ts";
import { send, transaction } from "../src/transaction.ts";
import { databaseUrl } from "./support/database.ts";
import { until } from "./support/embedded-cluster.ts";
import { waiters } from "./support/locks.ts";

const upTo = (number: number) => Array.from({ length: number }, (_, index) => index + 1);

let url: string;
let db: DataSource;

beforeAll(async () => {
  url = await databaseUrl();
  db = await createDataSource(url).initialize();
  await db.query("create table if not exists counted (id int primary key, count int not null)");
});

const { pipelineStall } = limits;

beforeEach(async () => {
  await db.query("truncate counted");
  Object.assign(limits, { pipelineStall: 60_000 }); // however busy the machine is
});

afterAll(async () => {
  Object.assign(limits, { pipelineStall });
  await db.query("drop table counted");
  await db.destroy();
});

const texts = upTo(100).values();

/** The same statement as a text that nobody has seen yet. */
const anew = (text: string) => `${text} /* ${texts.next().value} */`;

/** A statement that has taken so many milliseconds before. */
function known(text: string, milliseconds: number): string {
  const one = anew(text);
  noteDuration({ text: one, size: 0 }, milliseconds);
  return one;
}

const share = "select 6 / $1::int as share, pg_backend_pid() as pid";
const shared = (text: string, divisor: number) => read<{ share: number; pid: number }>(db, text, [divisor]);

/** How many connections answer when all is asked at once. */
async function connections(asked: Promise<{ pid: number }[]>[]): Promise<number> {
  return new Set((await Promise.all(asked)).flat().map(({ pid }) => pid)).size;
}

const counts = `insert into counted (id, count) values ($1, 6 / $2::int)
  on conflict (id) do update set count = excluded.count returning pg_backend_pid() as pid`;

/** A transaction that is sent whole. */
async function count(text: string, id: number, divisor: number, source = db): Promise<{ pid: number }[]> {
  const { answer } = await transaction(source, (tx) =>
    send(tx, text, [id, divisor], (rows: { pid: number }[]) => rows),
  );
  return answer;
}

const counted = (): Promise<{ id: number; count: number }[]> =>
  db.query("select id, count from counted order by id");

test("what is quick and is asked at once goes through one connection, up to a number of packets", async () => {
  const reads = (text: string, number: number) => upTo(number).map((n) => shared(text, n));
  expect(await connections(reads(known(share, 0), limits.pipelinePackets.reads))).toBe(1);
  expect(await connections(reads(known(share, 0), limits.pipelinePackets.reads + 1))).toBe(2);
  const writes = (text: string) => upTo(limits.pipelinePackets.writes).map((n) => count(text, n, 1));
  expect(await connections(writes(known(counts, 0)))).toBe(1);
  expect(await counted()).toHaveLength(limits.pipelinePackets.writes);
});

test("nothing is put behind what takes long, nor behind what nobody has seen yet", async () => {
  for (const text of [known(share, 1_000), anew(share)])
    expect(await connections(upTo(3).map((n) => shared(text, n)))).toBe(3);
});

test("the more connections are at work, the more is put behind others", async () => {
  const text = known(share, limits.pipeline);
  // One; of two connections each takes two; of three each takes three: there is room for nine.
  expect(await connections(upTo(9).map((n) => shared(text, n)))).toBe(3);
});

test("nothing is put behind anything where that is switched off", async () => {
  const apart = await createDataSource(url, { pipelines: false }).initialize();
  const text = known(share, 0);
  expect(await connections(upTo(3).map((n) => read(apart, text, [n])))).toBe(3);
  await apart.destroy();
});

test("large packets are told apart from small ones with the same text", async () => {
  const text = known("select cardinality($1::int[]) as length, pg_backend_pid() as pid", 0);
  const ask = (size: number) => read<{ pid: number }>(db, text, [new Array(size).fill(1)]);
  expect(await connections([ask(0), ask(0), ask(0)])).toBe(1);
  expect(await connections([ask(20_000), ask(20_000), ask(20_000)])).toBe(3);
});

test.each([anew(share), share, `${share} -- twice`])(
  "one that fails leaves those around it alone, be it prepared or not: %s",
  async (text) => {
    for (const _time of upTo(4)) {
      noteDuration({ text, size: 0 }, 0);
      const asked = [0, 1, 0, 2, 3, 0].map((divisor) => shared(text, divisor));
      const answers = (await Promise.allSettled(asked)).map((answer) =>
        answer.status === "fulfilled" ? answer.value[0]?.share : String(answer.reason.message),
      );
      const error = "division by zero";
      expect(answers).toEqual([error, 6, error, 3, 2, error]);
    }
  },
);

test("what a packet that failed was to prepare is prepared by the next", async () => {
  const text = known(counts, 0);
  await count(text, 1, 1); // it gets its name the next time
  noteDuration({ text, size: 0 }, 0);
  const failing = transaction(db, async (tx) => {
    await send(tx, "select 1 / $1::int", [0]);
    await send(tx, text, [2, 1]);
  });
  const answers = await Promise.allSettled([failing, count(text, 3, 1), count(text, 4, 1)]);
  expect(answers.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect((await counted()).map(({ id }) => id)).toEqual([1, 3, 4]);
});

test("rows look the same each time a prepared statement is asked, whatever their columns are", async () => {
  const text = `select $1::int as number, now() - now() as span, '{1,null}'::int[] as list, '{"a": [1]}'::json as json,
    null as nothing, '\\x00ff'::bytea as bytes, timestamptz '2026-01-01Z' as moment, 2::int8 as large`;
  const first = await read(db, text, [1]);
  for (const _time of upTo(4)) expect(await read(db, text, [1])).toEqual(first);
  const none = "select where $1";
  for (const _time of upTo(4)) {
    expect(await read(db, none, [true])).toEqual([{}]);
    expect(await read(db, none, [false])).toEqual([]);
  }
});

test("a connection that breaks ends what is on it, and nothing else", async () => {
  const text = known("select pg_terminate_backend(case when $1 then pg_backend_pid() end) as ended", 0);
  const ask = (ends: boolean) => read<{ ended: boolean | null }>(db, text, [ends]);
  const answers = await Promise.allSettled([ask(false), ask(true), ask(false)]);
  expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  expect(await Promise.all(upTo(12).map(() => ask(false)))).toHaveLength(12);
});

test("a transaction that waits for a row holds up what is behind it only", async () => {
  await count(anew(counts), 1, 1);
  const holder = db.createQueryRunner();
  await holder.startTransaction();
  await holder.query("update counted set count = 0 where id = 1");
  const text = known(counts, 0);
  const [waiting, behind] = [count(text, 1, 2), count(text, 2, 1)];
  await until(async () => (await waiters(db, "counted")) === 1);
  expect(await shared(known(share, 0), 1)).toMatchObject([{ share: 6 }]);
  Object.assign(limits, { pipelineStall });
  await delay(pipelineStall + 1); // the clock decides what has taken too long
  await count(text, 3, 1);
  expect(await counted()).toEqual([
    { id: 1, count: 6 },
    { id: 3, count: 6 },
  ]);
  await holder.commitTransaction();
  await holder.release();
  await Promise.all([waiting, behind]);
  expect(await counted()).toEqual([
    { id: 1, count: 3 },
    { id: 2, count: 6 },
    { id: 3, count: 6 },
  ]);
});

test("whoever needs a connection gets one in turn, however much is read meanwhile", async () => {
  const one = await createDataSource(url, { poolSize: 1 }).initialize();
  const text = known(share, 0);
  let over = false;
  const reader = async () => {
    while (!over) await read(one, text, [1]);
  };
  const readers = upTo(8).map(reader);
  for (const id of upTo(5))
    await one.transaction(async (tx) => {
      await tx.query(counts, [id, 1]);
      await tx.query("select count(*) from counted");
    });
  over = true;
  await Promise.all(readers);
  await one.destroy();
  expect(await counted()).toHaveLength(5);
});

test("a pool that has ended says so", async () => {
  const ended = await createDataSource(url).initialize();
  const pool = "master" in ended.driver && ended.driver.master;
  await ended.destroy();
  Object.assign(ended.driver, { master: pool });
  await expect(read(ended, share, [1])).rejects.toThrow("after calling end");
});

test("whatever is asked at once, each gets its own answer, and nothing is done by halves", async () => {
  const two = await createDataSource(url, { poolSize: 2 }).initialize();
  const action = fc.record({
    kind: fc.constantFrom("read", "whole", "by steps"),
    divisor: fc.integer({ min: 0, max: 3 }),
    isQuick: fc.boolean(),
  });
  const outcome = (divisor: number) => (divisor === 0 ? "division by zero" : Math.trunc(6 / divisor));
  const act = async (
    { kind, divisor, isQuick }: { kind: string; divisor: number; isQuick: boolean },
    id: number,
  ) => {
    const text = (statement: string) => `${statement} /* ${isQuick ? "quick" : "slow"} */`;
    if (kind === "read") return (await read<{ share: number }>(two, text(share), [divisor]))[0]?.share;
    if (kind === "whole") await count(text(counts), id, divisor, two);
    else
      await two.transaction(async (tx) => {
        await tx.query("select 1");
        await tx.query(text(counts), [id, divisor]);
      });
    return Math.trunc(6 / divisor);
  };
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 24 }), async (actions) => {
      await db.query("truncate counted");
      for (const statement of [share, counts]) {
        noteDuration({ text: `${statement} /* quick */`, size: 0 }, 0);
        noteDuration({ text: `${statement} /* slow */`, size: 0 }, 1_000);
      }
      const acts = actions.map((each, id) => act(each, id).catch(({ message }: Error) => message));
      expect(await Promise.all(acts)).toEqual(actions.map(({ divisor }) => outcome(divisor)));
      const written = actions.flatMap(({ kind, divisor }, id) =>
        kind === "read" || divisor === 0 ? [] : [{ id, count: Math.trunc(6 / divisor) }],
      );
      expect(await counted()).toEqual(written);
    }),
    { numRuns: 100 },
  );
  await two.destroy();
});
