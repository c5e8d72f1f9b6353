import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "@jest/globals";
import { createDataSource } from "../src/data-source.ts";
import { translateDatabaseError } from "../src/database-error.ts";
import { CruelWire } from "./support/crash-wire.ts";
import { databaseUrl } from "./support/database.ts";
import { logOf, postmasterPid, until } from "./support/embedded-cluster.ts";
import { type Answer, type Send, sender } from "./support/send.ts";
import { aDataDir, type ServerProcess, startServer, tokenOf } from "./support/server-process.ts";

const createModel = `mutation ($name: String!, $key: String) {
  createModel(input: { name: $name }, idempotencyKey: $key) { model { id } userErrors { code } }
}`;

/** Clients that create models without a pause, and remember what the server has acknowledged. */
class Writers {
  /** Ids by name. */
  readonly acknowledged = new Map<string, string>();
  readonly unexpected: unknown[] = [];
  typedErrors = 0;
  #stopped = false;
  readonly #clients: Promise<void>[];

  /** `send` reaches whichever server runs at the moment. */
  constructor(send: Send) {
    this.#clients = [1, 2, 3, 4].map((client) => this.#write(client, send));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#clients);
  }

  async moreAcknowledged(count: number): Promise<void> {
    const before = this.acknowledged.size;
    await until(() => this.acknowledged.size >= before + count);
  }

  /** Every other client retries with an idempotency key until it succeeds; the rest go on with the next name. */
  async #write(client: number, send: Send): Promise<void> {
    const retries = client % 2 === 0;
    for (let number = 0; !this.#stopped; ) {
      const name = `${client}-${number}`;
      const done = await this.#create(name, retries ? name : null, send);
      if (done || !retries) number++;
      if (!done) await delay(10); // leaves the server room to recover
    }
  }

  async #create(name: string, key: string | null, send: Send): Promise<boolean> {
    const answer = await send(createModel, { name, key }).catch((error: Error) => error);
    if (!("body" in answer)) return this.#noAnswer(answer);
    const id: string | undefined = answer.body.data?.createModel.model?.id;
    if (answer.status === 200 && id) this.acknowledged.set(name, id);
    else if (saysTryAgain(answer)) this.typedErrors++;
    else this.unexpected.push(answer.body);
    return id !== undefined;
  }

  /** The connection was refused, or broke before the whole answer was there. */
  #noAnswer(error: Error): false {
    if (!/^(fetch failed|terminated)$/.test(error.message)) this.unexpected.push(error);
    return false;
  }
}

function saysTryAgain({ status, body }: Answer): boolean {
  const codes = body.errors?.map((error) => error.extensions.code) ?? [];
  return status === 503 && codes.every((code) => code === "SERVICE_UNAVAILABLE" || code === "TIMEOUT");
}

async function allModels(send: Send): Promise<[name: string, id: string][]> {
  const models: [string, string][] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { body } = await send(
      "query ($after: String) { models(first: 100, after: $after) { nodes { id name } pageInfo { endCursor hasNextPage } } }",
      { after },
    );
    const { nodes, pageInfo } = body.data.models;
    for (const { id, name } of nodes) models.push([name, id]);
    [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
  return models;
}

/** Nothing that happens to PostgreSQL may end the server. */
async function endOf(server: ServerProcess): Promise<never> {
  await once(server.process, "exit");
  throw new Error(`The server ended by itself: ${server.output()}`);
}

let writers: Writers | undefined;

/** Also when the test has run into its timeout. */
afterEach(() => writers?.stop());

test("after twenty times kill -9 of the server and of PostgreSQL, every acknowledged write is there once", async () => {
  const env = { DATA_DIR: aDataDir() };
  const directory = join(env.DATA_DIR, "postgres");
  let server = await startServer(env, ["--embedded"]);
  const token = tokenOf(env.DATA_DIR);
  const send: Send = (...request) => sender(server.url, token)(...request);
  writers = new Writers(send);

  const kill = {
    async server() {
      await server.end("SIGKILL");
      server = await startServer(env, ["--embedded"]);
    },
    /** The server notices by itself, and starts another one. */
    async postgres() {
      const killed = postmasterPid(directory);
      process.kill(killed, "SIGKILL");
      await until(() => ![killed, Number.NaN].includes(postmasterPid(directory)));
    },
    async both() {
      process.kill(postmasterPid(directory), "SIGKILL");
      await kill.server();
    },
  };
  const victims = ["server", "postgres", "both"] as const;
  for (let kills = 0; kills < 20; kills++) {
    await Promise.race([writers.moreAcknowledged(5), endOf(server)]);
    await kill[victims[kills % victims.length] ?? "both"]();
  }
  await Promise.race([writers.moreAcknowledged(5), endOf(server)]);
  await writers.stop();

  // What is not acknowledged is a network error, or an error that asks to try again.
  expect(writers.unexpected).toEqual([]);
  expect(writers.typedErrors).toBeGreaterThan(0);
  expect(logOf(directory)).toContain("automatic recovery in progress");

  const models = await allModels(send);
  expect(new Map(models).size).toBe(models.length);
  expect([...writers.acknowledged].filter(([name, id]) => new Map(models).get(name) !== id)).toEqual([]);
  expect(await server.end()).toBe(0);
}, 300_000);

test("a connection that PostgreSQL ends in the same breath in which it opens it is a typed error", async () => {
  const url = new URL(await databaseUrl());
  const wire = new CruelWire(new URL(url));
  url.port = String(await wire.open());
  const db = await createDataSource(url.href).initialize();

  wire.cruel = true;
  const queries = [1, 2, 3].map(() => db.transaction((tx) => tx.query("select pg_sleep(0.1)")));
  const results = await Promise.allSettled(queries);
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  // One had the connection that was there before.
  expect(errors.map(translateDatabaseError)).toMatchObject(
    Array(2).fill({ extensions: { code: "SERVICE_UNAVAILABLE" } }),
  );
  wire.cruel = false;
  expect(await db.query("select 1 as n")).toEqual([{ n: 1 }]);
  await db.destroy();
  wire.close();
});
