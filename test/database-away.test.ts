import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, expect, test } from "@jest/globals";
import { databaseUrl } from "./support/database.ts";
import { query } from "./support/embedded-cluster.ts";
import { sender } from "./support/send.ts";
import { aDataDir, startServer, tokenOf } from "./support/server-process.ts";

/** A wire to PostgreSQL that can be cut, and joined again. */
class Wire {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port = 0;
  /** Broken as soon as an answer of PostgreSQL with this in it has been passed on. */
  breakAfter: string | undefined;

  constructor(readonly target: URL) {}

  async join(): Promise<void> {
    this.#server = createServer((client) => {
      const upstream = connect(Number(this.target.port), this.target.hostname);
      client.pipe(upstream).pipe(client);
      upstream.on("data", (data: Buffer) => this.#passed(data, client));
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket);
        socket.on("error", () => {}).on("close", () => [client, upstream].map((each) => each.destroy()));
      }
    }).listen(this.port, "127.0.0.1");
    await new Promise((resolve) => this.#server?.once("listening", resolve));
    this.port = (this.#server.address() as { port: number }).port;
  }

  #passed(data: Buffer, client: Socket): void {
    if (this.breakAfter === undefined || !data.includes(this.breakAfter)) return;
    this.#server?.close();
    client.end();
  }

  /** Breaks every connection, and refuses new ones. */
  cut(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

const wires: Wire[] = [];
afterAll(() => {
  for (const wire of wires) wire.cut();
});

async function aServerBehindAWire() {
  const target = new URL(await databaseUrl(`away_${process.env.TEST_RUN}_${Date.now()}`));
  const wire = new Wire(target);
  wires.push(wire);
  await wire.join();
  const through = new URL(target);
  through.port = String(wire.port);
  const env = { DATABASE_URL: through.href, DATA_DIR: aDataDir() };
  const server = await startServer(env);
  return { wire, server, send: sender(server.url, tokenOf(env.DATA_DIR)), admin: target };
}

test("while PostgreSQL is away the API says so, and it recovers without a restart", async () => {
  const { wire, server, send } = await aServerBehindAWire();
  const create = (name: string) =>
    send("mutation ($name: String!) { createModel(input: { name: $name }) { model { id } } }", { name });
  expect((await create("before")).status).toBe(200);

  wire.cut();
  for (const attempt of ["query", "mutation"]) {
    const { status, body } = await (attempt === "query"
      ? send("{ models { totalCount } }")
      : create("meanwhile"));
    const error = {
      message: "The database cannot be reached at the moment; try again.",
      extensions: { code: "SERVICE_UNAVAILABLE" },
    };
    expect([attempt, status, body.errors]).toMatchObject([attempt, 503, [error]]);
  }
  expect((await send("{ __schema { queryType { name } } }")).status).toBe(200);
  const health = await fetch(server.url.replace("/graphql", "/health"));
  expect([health.status, await health.json()]).toEqual([503, { status: "database unreachable" }]);

  await wire.join();
  expect((await create("after")).body.data.createModel.model).not.toBeNull();
  expect((await send("{ models { totalCount } }")).body.data).toEqual({ models: { totalCount: 2 } });
  await server.end();
});

test("a connection that is ended by PostgreSQL in the middle is a typed error, and nothing is changed", async () => {
  const { server, send, admin } = await aServerBehindAWire();
  const { createDataSource } = await import("../src/data-source.ts");
  const db = await createDataSource(admin.href).initialize();
  await send('mutation { createModel(input: { name: "held" }) { model { id } } }');
  const model = await send('{ model(by: { name: "held" }) { id } }');

  const answer = await db.transaction(async (holder) => {
    await holder.query("select from model for update");
    const waiting = send(
      'mutation ($id: ID!) { createModelVersion(modelId: $id, input: { name: "v", type: LINE }) { modelVersion { id } } }',
      { id: model.body.data.model.id },
    );
    let ended: unknown[] = [];
    while (ended.length === 0) {
      ended = await db.query(
        `select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
         where not granted and datname = current_database()`,
      );
    }
    return waiting;
  });
  await db.destroy();
  expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([503, "SERVICE_UNAVAILABLE"]);
  expect((await send("{ modelVersions { totalCount } }")).body.data.modelVersions.totalCount).toBe(0);
  await server.end();
});

const unreachable = "The database cannot be reached at the moment; try again.";

test.each([
  ["done", {}, "COMMIT", "It was done, but cannot be shown at the moment: read it again.", "new"],
  ["tried", { dryRun: true }, "ROLLBACK", unreachable, "old"],
  ["refused", { expectedRevision: 9 }, "require_access", unreachable, "old"],
])(
  "of edits whose answer cannot be read only one that was done says so: %s",
  async (_what, options, breakAfter, message, name) => {
    const { wire, server, send, admin } = await aServerBehindAWire();
    const { body } = await send('mutation { createModel(input: { name: "old" }) { model { id } } }');
    wire.breakAfter = breakAfter;
    const answer = await send(
      `mutation ($id: ID!, $expectedRevision: Int, $dryRun: Boolean) {
        updateModel(id: $id, input: { name: "new" }, expectedRevision: $expectedRevision, dryRun: $dryRun) { model { id } }
      }`,
      { id: body.data.createModel.model.id, ...options },
    );
    const error = { message, extensions: { code: "SERVICE_UNAVAILABLE" } };
    expect([answer.status, answer.body.errors]).toMatchObject([503, [error]]);
    expect(await query(admin.href, "select name from model")).toEqual([{ name }]);
    await server.end();
  },
);
