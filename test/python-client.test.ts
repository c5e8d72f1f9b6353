import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "@jest/globals";
import { query, until, urlOf } from "./support/embedded-cluster.ts";
import { type Ran, runProgram, startClient, withPython } from "./support/python-client.ts";
import { aModel, anExperiment, aVersion } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aDataDir, type ServerProcess, startServer, tokenOf } from "./support/server-process.ts";
import { Wire } from "./support/wire.ts";

const mebi = 2 ** 20;
const env = { DATA_DIR: aDataDir() };
const folder = mkdtempSync(join(tmpdir(), "registry-client-"));

/** Four parts. */
const large = { bytes: randomBytes(64 * mebi), path: join(folder, "large.pt") };
const small = { bytes: randomBytes(3 * mebi), path: join(folder, "small.pt") };

let server: ServerProcess;
let token: string;
let wire: Wire;
let url: string;
let versionId: string;

beforeAll(async () => {
  for (const { path, bytes } of [large, small]) writeFileSync(path, bytes);
  server = await startServer(env, ["--embedded"]);
  token = tokenOf(env.DATA_DIR);
});

beforeEach(async () => {
  wire = new Wire(server.url);
  url = await wire.open();
  versionId = await aVersion({ ask }, await aModel({ ask }, { name: randomBytes(4).toString("hex") }));
});

afterEach(() => wire.close());
afterAll(() => rmSync(folder, { recursive: true }));

async function ask(document: string, variables?: object) {
  const { body } = await sender(server.url, token)(document, variables);
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data;
}

function start(...args: string[]) {
  return startClient({ url, token }, args);
}

function run(...args: string[]): Promise<Ran> {
  return start(...args).ended;
}

function push(path: string, ...args: string[]) {
  return start("push", path, "--version", versionId, "--name", "weights", ...args);
}

/** What finds what `push` has sent. */
function pull(to: string) {
  return start("pull", versionId, "--name", "weights", "--to", to);
}

async function pushed(path: string): Promise<string> {
  const { code, result, complaint } = await push(path).ended;
  expect({ code, complaint }).toEqual({ code: 0, complaint: "" });
  return result;
}

/** A path at which there is nothing. */
function aTarget(): string {
  return join(mkdtempSync(join(folder, "pull-")), "weights.pt");
}

async function expectPulled(bytes: Buffer, target = aTarget()): Promise<void> {
  expect(await pull(target).ended).toEqual({ code: 0, result: target, complaint: "" });
  expect(readFileSync(target).equals(bytes)).toBe(true);
}

/** Kills a push of the large file when two of its parts are there, and a part of the third. */
async function killedPush(): Promise<void> {
  const reached = wire.holdAfter("up", 40 * mebi);
  const running = push(large.path, "--parallel", "1");
  await reached;
  running.process.kill("SIGKILL");
  await running.ended;
  wire.cut();
  wire.reset();
}

withPython("a file that is pushed comes back bit for bit, and is sent once", async () => {
  const id = await pushed(large.path);
  expect(wire.passed.up).toBeGreaterThan(large.bytes.length);
  const target = aTarget();
  await expectPulled(large.bytes, target);

  wire.reset();
  expect(await push(large.path).ended).toEqual({ code: 0, result: id, complaint: "" });
  await expectPulled(large.bytes, target);
  expect(wire.passed.up + wire.passed.down).toBeLessThan(mebi);
});

withPython("what was sent when the client was killed is not sent again", async () => {
  await killedPush();
  await pushed(large.path);
  expect(wire.passed.up).toBeLessThan(33 * mebi);
  await expectPulled(large.bytes);
});

withPython("other bytes of the same size begin anew", async () => {
  await killedPush();
  const other = randomBytes(large.bytes.length);
  writeFileSync(large.path, other);
  await pushed(large.path).finally(() => writeFileSync(large.path, large.bytes));
  await expectPulled(other);
});

withPython("a push goes on when the server was killed and started anew", async () => {
  const reached = wire.holdAfter("up", 40 * mebi);
  const running = push(large.path, "--parallel", "2");
  await reached;
  await server.end("SIGKILL");
  wire.cut();
  server = await startServer(env, ["--embedded"]);
  wire.target = new URL(server.url);
  expect(await running.ended).toMatchObject({ code: 0, complaint: "" });
  await expectPulled(large.bytes);
});

withPython("a pull goes on from where it was killed", async () => {
  await pushed(large.path);
  const target = aTarget();
  const reached = wire.holdAfter("down", 40 * mebi);
  const running = pull(target);
  await reached;
  await until(() => statSync(`${target}.part`).size >= 38 * mebi);
  running.process.kill("SIGKILL");
  await running.ended;
  wire.cut();
  expect(existsSync(target)).toBe(false);

  wire.reset();
  await expectPulled(large.bytes, target);
  expect(wire.passed.down).toBeLessThan(27 * mebi);
});

withPython("a pull goes on when the connection breaks", async () => {
  await pushed(large.path);
  const target = aTarget();
  const reached = wire.holdAfter("down", 40 * mebi);
  const running = pull(target);
  await reached;
  await until(() => statSync(`${target}.part`).size >= 38 * mebi);
  wire.cut();
  wire.reset();
  expect(await running.ended).toMatchObject({ code: 0, complaint: "" });
  expect(wire.passed.down).toBeLessThan(27 * mebi);
  expect(readFileSync(target).equals(large.bytes)).toBe(true);
});

withPython.each([
  ["bytes of something else", randomBytes(mebi)],
  ["more bytes than the file has", randomBytes(small.bytes.length + 1)],
  ["as many other bytes", randomBytes(small.bytes.length)],
])("%s in the .part file are not taken for the file's", async (_what, bytes) => {
  await pushed(small.path);
  const target = aTarget();
  writeFileSync(`${target}.part`, bytes);
  await expectPulled(small.bytes, target);
  expect(existsSync(`${target}.part`)).toBe(false);
});

withPython("bytes that change on the way up are found by the registry", async () => {
  wire.flip("up", mebi);
  const { code, complaint } = await push(small.path).ended;
  expect({ code, complaint }).toEqual({
    code: 5,
    complaint: expect.stringContaining("'weights' is corrupt"),
  });
  expect(await pull(aTarget()).ended).toMatchObject({ code: 5 });
  expect(await push(small.path, "--replace").ended).toMatchObject({ code: 0, complaint: "" });
  await expectPulled(small.bytes);
});

withPython("bytes that change on the way down leave nothing", async () => {
  await pushed(small.path);
  const target = aTarget();
  wire.flip("down", mebi);
  expect(await pull(target).ended).toMatchObject({ code: 5, result: "" });
  expect([existsSync(target), existsSync(`${target}.part`)]).toEqual([false, false]);
});

withPython("a file with other bytes is in the way of a pull, until it may be replaced", async () => {
  await pushed(small.path);
  const target = aTarget();
  writeFileSync(target, "precious");
  expect(await pull(target).ended).toMatchObject({ code: 1, complaint: expect.stringContaining("already") });
  expect(readFileSync(target, "utf8")).toBe("precious");
  const anyway = await run("pull", versionId, "--to", target, "--overwrite");
  expect(anyway).toMatchObject({ code: 0, result: target });
  expect(readFileSync(target).equals(small.bytes)).toBe(true);
});

withPython("two pulls do not write one file at once", async () => {
  await pushed(large.path);
  const target = aTarget();
  const reached = wire.holdAfter("down", 10 * mebi);
  const first = pull(target);
  await reached;
  const second = startClient({ url: server.url, token }, ["pull", versionId, "--to", target]);
  expect(await second.ended).toMatchObject({
    code: 1,
    complaint: expect.stringContaining("another process"),
  });
  wire.cut();
  expect(await first.ended).toMatchObject({ code: 0, complaint: "" });
  expect(readFileSync(target).equals(large.bytes)).toBe(true);
});

withPython("a filename is never a path", async () => {
  const id = await pushed(small.path);
  const database = urlOf(join(env.DATA_DIR, "postgres"));
  await query(database, "update model_file set filename = '../../..\\evil\u001b.pt'");
  const to = mkdtempSync(join(folder, "pull-"));
  expect(await run("pull", id, "--to", to)).toMatchObject({ code: 0, result: join(to, "evil_.pt") });
});

withPython("a name that is taken, a wrong token and a wrong id are told in one line", async () => {
  const id = await pushed(small.path);
  writeFileSync(join(folder, "other.pt"), "other");
  const other = (...args: string[]) => run("push", join(folder, "other.pt"), "--version", ...args);
  const complaints = [
    await other(versionId, "--name", "weights"),
    await other(id, "--name", "weights"),
    await other(versionId, "--token", "wrong"),
    await other(versionId, "--url", "ftp://example.com"),
    await run("pull", versionId, "--name", "weight"),
    await run("push", folder, "--version", versionId),
  ];
  expect(
    complaints.map(({ code, complaint }) => [
      code,
      complaint.trim().replace(folder, "FOLDER").replace(id, "ID"),
    ]),
  ).toMatchInlineSnapshot(`
[
  [
    3,
    "model_registry: Another file has this name already; with replace it takes its place.",
  ],
  [
    3,
    "model_registry: Expected the id of a version or an experiment, got 'ID', which is another thing's.",
  ],
  [
    3,
    "model_registry: The API token is malformed: expected \`Authorization: Bearer mreg_…\` with the whole token.",
  ],
  [
    1,
    "model_registry: Expected the http or https URL of a registry, got 'ftp://example.com'.",
  ],
  [
    3,
    "model_registry: There is no file that is called 'weight'.",
  ],
  [
    1,
    "model_registry: Expected a file, got FOLDER, which is something else.",
  ],
]
`);
});

withPython("an experiment begins with what its base has, and gets what it has trained", async () => {
  await pushed(small.path);
  const id = await anExperiment({ ask }, { base: versionId }, { name: randomBytes(4).toString("hex") });
  const inherited = aTarget();
  expect(await run("pull", id, "--to", inherited)).toEqual({ code: 0, result: inherited, complaint: "" });
  expect(readFileSync(inherited).equals(small.bytes)).toBe(true);
  const args = ["push", large.path, "--experiment", id, "--name", "weights"];
  expect(await run(...args)).toMatchObject({ code: 3 });
  const { code, result } = await run(...args, "--replace");
  expect([code, result]).toEqual([0, expect.stringMatching(/^Artifact_/)]);
  const trained = aTarget();
  expect((await run("pull", id, "--name", "weights", "--to", trained)).code).toBe(0);
  expect(readFileSync(trained).equals(large.bytes)).toBe(true);
});

withPython("a training script uses it as a module", async () => {
  const program = `
from model_registry import Registry, Refused, Unreachable
seen = []
registry = Registry("${url}", "${token}")
file = registry.push("${small.path}", "${versionId}", "weights", progress=lambda *step: seen.append(step))
print(file["name"], file["size"], file["status"])
print([step for step in seen if step[1] == step[2]])
print(registry.pull(file["id"], to="${folder}/module.pt").name)
print(registry.query("{ viewer { role } }"))
try:
    registry.push("${folder}/module.pt", "${versionId}", "weights")
except Refused as error:
    print([each["code"] for each in error.errors])
try:
    Registry("http://127.0.0.1:1", "t", attempts=2).query("{ viewer { role } }", retry=True)
except Unreachable as error:
    print(error)
`;
  expect(await runProgram(program)).toMatchInlineSnapshot(`
{
  "code": 0,
  "complaint": "",
  "result": "weights 3145728 READY
[('hashing', 3145728, 3145728), ('sending', 3145728, 3145728)]
module.pt
{'viewer': {'role': 'OWNER'}}
['TAKEN']
No answer from 127.0.0.1:1: [Errno 111] Connection refused.",
}
`);
});
