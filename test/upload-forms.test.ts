import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { Role } from "../src/member/role.ts";
import {
  addition,
  answerOn,
  beginRequest,
  bodyOf,
  type Fields,
  keptBytes,
  nothingKept,
  type Part,
  sendForm,
} from "./support/multipart.ts";
import { aMember, aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aVersion } from "./support/seed.ts";
import { aServer } from "./support/test-server.ts";

const large = { bytes: randomBytes(5_000_000) };

/** Sends a body as it is, and gives the status and the code of the only error. */
async function sendBody(registry: Registry, body: Buffer): Promise<unknown[]> {
  const socket = await beginRequest(registry, body.length, ["connection: close"]);
  socket.write(body);
  const { status, body: answer } = await answerOn(socket);
  expect(await keptBytes(registry)).toEqual(nothingKept);
  return [status, ...codesOf(answer.errors)];
}

function codesOf(errors: { extensions: { code: string } }[] | undefined): string[] {
  return errors?.map(({ extensions }) => extensions.code) ?? [];
}

async function aVersionOf(registry: Registry): Promise<string> {
  return aVersion(registry, await aModel(registry));
}

const file = { input: { file: null } };
const operations = { query: "mutation ($input: CreateModelFileInput!) { x }", variables: file };
const one: Part[] = [{ bytes: "a" }];

test.each<[string, Fields, Part[]]>([
  ["operations that are no JSON", { operations: "{", map: {} }, []],
  ["a batch", { operations: [operations], map: { 0: ["0.variables.input.file"] } }, one],
  ["a poisoned prototype", { operations: '{"query":"{a}","__proto__":{}}', map: {} }, []],
  ["a map that is no JSON", { operations, map: "{" }, one],
  ["a map that is a list", { operations, map: ["variables.input.file"] }, one],
  ["a map of text", { operations, map: { 0: "variables.input.file" } }, one],
  ["a file without a path", { operations, map: { 0: [] } }, one],
  [
    "a file with two paths",
    { operations, map: { 0: ["variables.input.file", "variables.input.file"] } },
    one,
  ],
  [
    "two files with one path",
    { operations, map: { 0: ["variables.input.file"], 1: ["variables.input.file"] } },
    one,
  ],
  ["a path to the query", { operations, map: { 0: ["query"] } }, one],
  ["a path to all variables", { operations, map: { 0: ["variables"] } }, one],
  ["a path on", { operations, map: { 0: ["variables.input.file.0.x"] } }, one],
  ["a path to what is not there", { operations, map: { 0: ["variables.input.other"] } }, one],
  ["a path to what is not null", { operations, map: { 0: ["variables.input"] } }, one],
  ["a path to a prototype", { operations, map: { 0: ["variables.__proto__.polluted"] } }, one],
  ["a path to a constructor", { operations, map: { 0: ["variables.input.constructor"] } }, one],
  ["a path with an empty step", { operations, map: { 0: ["variables..input.file"] } }, one],
  [
    "an index with a zero before it",
    { operations: { variables: [[null]] }, map: { 0: ["variables.0.00"] } },
    one,
  ],
  [
    "eleven files",
    {
      operations: { ...operations, variables: { a: Array(11).fill(null) } },
      map: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [index, [`variables.a.${index}`]])),
    },
    one,
  ],
])("%s: refused before a file is read", async (_what, fields, parts) => {
  const registry = await aRegistry();
  expect(await sendBody(registry, bodyOf(fields, parts))).toEqual([400, "BAD_REQUEST"]);
});

test("no path reaches anything but null in the variables, and none pollutes", async () => {
  const registry = await aRegistry();
  const step = fc.constantFrom(
    ...[
      "variables",
      "query",
      "input",
      "file",
      "0",
      "length",
      "toString",
      "__proto__",
      "constructor",
      "",
      "a b",
    ],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 5 }), async (steps) => {
      fc.pre(steps.join(".") !== "variables.input.file");
      const answer = await sendForm(registry, { operations, map: { 0: [steps.join(".")] } }, one);
      expect([answer.status, codesOf(answer.body.errors)]).toEqual([400, ["BAD_REQUEST"]]);
    }),
    { numRuns: 60 },
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
});

const form = (...lines: string[]) => Buffer.from(lines.join("\r\n"));
const part = (disposition: string, text: string) => [
  "--x",
  `content-disposition: form-data; ${disposition}`,
  "",
  text,
];
const head = (id: string) => {
  const fields = addition(id);
  return [
    ...part('name="operations"', JSON.stringify(fields.operations)),
    ...part('name="map"', JSON.stringify(fields.map)),
  ];
};
const first = part('name="0"; filename="a"', "a");

test.each<[string, (id: string) => Buffer, number, string]>([
  ["an empty body", () => form(), 400, "UPLOAD_INCOMPLETE"],
  ["no form at all", () => form("--x--", ""), 400, "BAD_REQUEST"],
  ["a preamble that does not end", () => Buffer.alloc(6_000_000), 413, "PAYLOAD_TOO_LARGE"],
  [
    "operations of 5 MB",
    () => form(...part('name="operations"', "x".repeat(5_000_000))),
    413,
    "PAYLOAD_TOO_LARGE",
  ],
  [
    "a map of 20 KB",
    () => form(...part('name="operations"', "{}"), ...part('name="map"', " ".repeat(20_000)), "--x--"),
    413,
    "PAYLOAD_TOO_LARGE",
  ],
  [
    "the map first",
    () => form(...part('name="map"', "{}"), ...part('name="operations"', "{}"), "--x--"),
    400,
    "BAD_REQUEST",
  ],
  ["a file first", (id) => form(...first, ...head(id), "--x--"), 400, "BAD_REQUEST"],
  ["no map", () => form(...part('name="operations"', "{}"), "--x--"), 400, "BAD_REQUEST"],
  ["no file", (id) => form(...head(id), "--x--"), 400, "UPLOAD_INCOMPLETE"],
  [
    "another file",
    (id) => form(...head(id), ...part('name="1"; filename="a"', "a"), "--x--"),
    400,
    "BAD_REQUEST",
  ],
  [
    "one file too many",
    (id) => form(...head(id), ...first, ...part('name="1"; filename="a"', "a"), "--x--"),
    400,
    "BAD_REQUEST",
  ],
  ["a file twice", (id) => form(...head(id), ...first, ...first, "--x--"), 400, "BAD_REQUEST"],
  [
    "a field after the map",
    (id) => form(...head(id), ...part('name="more"', "a"), ...first, "--x--"),
    400,
    "BAD_REQUEST",
  ],
  [
    "a field after the file",
    (id) => form(...head(id), ...first, ...part('name="more"', "a"), "--x--"),
    400,
    "BAD_REQUEST",
  ],
  [
    "text in the place of a file",
    (id) => form(...head(id), ...part('name="0"', "a"), "--x--"),
    400,
    "BAD_REQUEST",
  ],
  [
    "a header that is none",
    (id) => form(...head(id), "--x", "content disposition\0", "", "a", "--x--"),
    400,
    "BAD_REQUEST",
  ],
  [
    "NUL in a filename",
    (id) => form(...head(id), ...part('name="0"; filename="a\0b"', "a"), "--x--"),
    400,
    "BAD_REQUEST",
  ],
  [
    "a filename that breaks its line",
    (id) => form(...head(id), ...part('name="0"; filename="a\r\nb"', "a"), "--x--"),
    400,
    "BAD_REQUEST",
  ],
  ["a body that ends in the file", (id) => form(...head(id), ...first), 400, "UPLOAD_INCOMPLETE"],
  ["a body that ends after the file", (id) => form(...head(id), ...first, "--x"), 400, "UPLOAD_INCOMPLETE"],
])("%s: refused, and nothing is kept", async (_what, body, status, code) => {
  const registry = await aRegistry();
  const answer = await sendBody(registry, body(await aVersionOf(registry)));
  expect(answer.slice(0, 2)).toEqual([status, code]);
});

test.each(["multipart/form-data", "multipart/form-data; boundary", "multipart/form-data; boundary="])(
  "the content type %s is refused",
  async (type) => {
    const { url, token } = await aRegistry();
    const headers = { authorization: `Bearer ${token}`, "content-type": type };
    const response = await fetch(url, { method: "POST", headers, body: "--x--" });
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: expect.stringMatching(/^(BAD_REQUEST|UNSUPPORTED_MEDIA_TYPE)$/) } }],
    });
  },
);

/** How many bytes a server has read on all connections to it, and the server. */
async function countingServer(registry: Registry) {
  const { app, address } = await aServer(registry.db);
  const sockets: { bytesRead: number }[] = [];
  app.server.on("connection", (socket) => sockets.push(socket));
  const read = () => sockets.reduce((total, { bytesRead }) => total + bytesRead, 0);
  return { url: `${address}/graphql`, read };
}

test.each<[string, (registry: Registry) => Promise<string>, number, string]>([
  ["no token", async () => "", 401, "UNAUTHENTICATED"],
  ["a token that is none", async () => "mreg_nonsense", 401, "UNAUTHENTICATED"],
  [
    "a token of a viewer",
    async ({ db, organizationId }) => (await aMember(db, organizationId, { role: Role.VIEWER })).token,
    403,
    "FORBIDDEN",
  ],
])("with %s the body is not read", async (_what, tokenOf, status, code) => {
  const registry = await aRegistry();
  const server = await countingServer(registry);
  const body = bodyOf(addition(await aVersionOf(registry)), [{ bytes: Buffer.alloc(50_000_000) }]);
  const socket = await beginRequest({ ...server, token: await tokenOf(registry) }, body.length);
  socket.write(body);
  const answer = await answerOn(socket);
  expect([answer.status, codesOf(answer.body.errors)]).toEqual([status, [code]]);
  expect(server.read()).toBeLessThan(1_000_000);
});

test("a file that is refused while it arrives is not read to its end", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const server = await countingServer(registry);
  const body = bodyOf(addition(await aVersionOf(other)), [{ bytes: Buffer.alloc(50_000_000) }]);
  const socket = await beginRequest({ ...server, token: registry.token }, body.length);
  socket.write(body);
  const answer = await answerOn(socket);
  expect(answer.body.data.createModelFile.userErrors).toMatchObject([{ code: "NOT_FOUND" }]);
  expect(server.read()).toBeLessThan(25_000_000);
  expect(await keptBytes(registry)).toEqual(nothingKept);
});

test("a refusal reaches a client that is still sending, by fetch", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const { status, body } = await sendForm(registry, addition(await aVersionOf(other)), [large]);
  expect([status, body.data.createModelFile.userErrors]).toMatchObject([200, [{ code: "NOT_FOUND" }]]);
  const refused = await sendForm({ ...registry, token: "" }, addition("x"), [large]);
  expect([refused.status, codesOf(refused.body.errors)]).toEqual([401, ["UNAUTHENTICATED"]]);
});

test("a sender that stalls is given up, and one that is slow is not", async () => {
  const registry = await aRegistry();
  const { address } = await aServer(registry.db, { pace: { bytes: 100, within: 500 } });
  const server = { url: `${address}/graphql`, token: registry.token };
  const aBody = async () => bodyOf(addition(await aVersionOf(registry)), [{ bytes: "x".repeat(500) }]);

  const body = await aBody();
  const slow = await beginRequest(server, body.length, ["connection: close"]);
  const timer = setInterval(() => {
    const at = slow.bytesWritten - sent;
    if (at >= body.length) clearInterval(timer);
    else slow.write(body.subarray(at, at + 100));
  }, 50);
  const sent = slow.bytesWritten;
  const { body: fine } = await answerOn(slow);
  expect(fine.data.createModelFile.modelFile.size).toBe(500);

  const stalled = await beginRequest(server, body.length);
  stalled.write((await aBody()).subarray(0, -100));
  const { status, body: answer } = await answerOn(stalled);
  expect([status, codesOf(answer.errors)]).toEqual([408, ["REQUEST_TIMEOUT"]]);
  expect((await keptBytes(registry)).blobs).toBe(1);
});

test("any other body has to arrive whole in time, however steadily it comes", async () => {
  const { db, token } = await aRegistry();
  const { address } = await aServer(db, { deadline: 300 });
  const { port } = new URL(address);
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: registry\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: 10000\r\n\r\n`,
  );
  const drip = setInterval(() => socket.write(" "), 20);
  const { status, body } = await answerOn(socket);
  clearInterval(drip);
  expect([status, codesOf(body.errors)]).toEqual([408, ["REQUEST_TIMEOUT"]]);
});
