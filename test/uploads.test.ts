import { createHash, randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { expect, test } from "@jest/globals";
import { Storages } from "../src/storage-connector/storages.ts";
import { addition, createModelFile, keptBytes, nothingKept, sendForm, upload } from "./support/multipart.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aVersion, uuid } from "./support/seed.ts";
import type { Data } from "./support/send.ts";
import { aServer, filesDir } from "./support/test-server.ts";

async function aVersionOf(registry: Registry): Promise<string> {
  return aVersion(registry, await aModel(registry));
}

const digest = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");

/** The bytes of a file, from where they are stored. */
async function stored({ db }: Registry, modelFile: Data): Promise<Buffer> {
  const [blob] = await db.query(
    `select b.id, b.storage_connector_id as "connectorId" from model_file f join blob b on b.id = f.blob_id
     where f.id = $1`,
    [uuid(modelFile.id)],
  );
  const storage = await new Storages(filesDir).of(db, blob.connectorId);
  return buffer(await storage.read(blob.id));
}

test("a file is stored bit for bit, and its digest is the registry's own", async () => {
  const registry = await aRegistry();
  const version = await aVersionOf(registry);
  const bytes = randomBytes(3_000_000);
  const contentType = "application/octet-stream";
  const { modelFile, userErrors } = await upload(registry, version, bytes, { contentType });
  expect(userErrors).toEqual([]);
  expect(modelFile).toMatchObject({ name: "weights", filename: "best.onnx", contentType, status: "READY" });
  expect(modelFile).toMatchObject({ size: 3_000_000, sha256: digest(bytes) });
  expect((await stored(registry, modelFile)).equals(bytes)).toBe(true);

  const query = `query ($id: ID!) { modelVersion(by: { id: $id }) {
    deployable { ready } revisions { files } files { nodes { id } } } }`;
  expect((await registry.ask(query, { id: version })).modelVersion).toEqual({
    deployable: { ready: true },
    revisions: { files: 2 },
    files: { nodes: [{ id: modelFile.id }] },
  });
});

test("bytes that are full of the boundary's beginning come through", async () => {
  const registry = await aRegistry();
  const bytes = Buffer.from("\r\n--\r\n----\r\n--x\r\n\r\n--".repeat(10_000));
  const { modelFile } = await upload(registry, await aVersionOf(registry), bytes);
  expect((await stored(registry, modelFile)).equals(bytes)).toBe(true);
});

test("several files come in one request, and are asked for in any order, and twice", async () => {
  const registry = await aRegistry();
  const id = await aVersionOf(registry);
  const add = (name: string, file: string) =>
    `${name}: createModelFile(modelVersionId: $id, input: { name: "${name}", file: $${file} }) { modelFile { size } }`;
  const query = `mutation ($id: ID!, $a: Upload!, $b: Upload!, $c: Upload!) {
    ${add("third", "c")} ${add("first", "a")} ${add("second", "b")} ${add("again", "a")} }`;
  const operations = { query, variables: { id, a: null, b: null, c: null } };
  const map = { 1: ["variables.a"], 2: ["variables.b"], 3: ["variables.c"] };
  const parts = [1, 2, 3].map((count) => ({
    part: `${count}`,
    bytes: randomBytes(count * 1_000_000),
    filename: `${count}`,
  }));
  const { body } = await sendForm(registry, { operations, map }, parts);
  const of = (size: number) => ({ modelFile: { size } });
  expect(body).toEqual({
    data: { third: of(3_000_000), first: of(1_000_000), second: of(2_000_000), again: of(1_000_000) },
  });
  expect((await keptBytes(registry)).blobs).toBe(3);
});

test("the same bytes are stored once in an organization", async () => {
  const registry = await aRegistry();
  const bytes = randomBytes(100_000);
  for (const version of [await aVersionOf(registry), await aVersionOf(registry)])
    expect((await upload(registry, version, bytes)).modelFile.sha256).toBe(digest(bytes));
  expect(await keptBytes(registry)).toMatchObject({ blobs: 1, files: [expect.any(String)] });
});

test("the same key adds one file, and needs its bytes once", async () => {
  const registry = await aRegistry();
  const version = await aVersionOf(registry);
  const add = (bytes: string, more = {}) =>
    upload(registry, version, bytes, { idempotencyKey: "k", ...more });
  const first = await add("the bytes");
  expect(first.modelFile.size).toBe(9);
  expect(await add("the bytes")).toEqual(first);
  expect(await add("")).toEqual(first);
  expect((await add("the bytes", { name: "other" })).userErrors).toMatchObject([
    { code: "CONFLICT", field: ["idempotencyKey"] },
  ]);
  expect((await keptBytes(registry)).blobs).toBe(1);
});

test("two requests with one key at once add one file", async () => {
  const registry = await aRegistry();
  const version = await aVersionOf(registry);
  const add = () => upload(registry, version, "the bytes", { idempotencyKey: "k" });
  const [first, ...others] = await Promise.all([add(), add(), add(), add()]);
  expect(first.userErrors).toEqual([]);
  expect(others).toEqual([first, first, first]);
  expect((await keptBytes(registry)).blobs).toBe(1);
});

test.each<[string, string, { [option: string]: Data }, string, string[]]>([
  ["an empty file", "", {}, "INVALID", ["input", "file"]],
  ["another digest", "a", { sha256: digest("b") }, "INVALID", ["input", "sha256"]],
  ["half a digest", "a", { sha256: "ab" }, "INVALID", ["input", "sha256"]],
  ["a blank name", "a", { name: " " }, "INVALID", ["input", "name"]],
  ["a media type that is none", "a", { contentType: "json" }, "INVALID", ["input", "contentType"]],
  ["a header in the media type", "a", { contentType: "a/b\r\nx: y" }, "INVALID", ["input", "contentType"]],
  ["no filename", "a", { filename: "" }, "INVALID", ["input", "file"]],
  ["the filename ..", "a", { filename: ".." }, "INVALID", ["input", "file"]],
  ["a filename that turns around", "a", { filename: "a\u202egpj.exe" }, "INVALID", ["input", "file"]],
  ["a filename of 256 bytes", "a", { filename: "ä".repeat(128) }, "INVALID", ["input", "file"]],
  ["a filename of 10,000 characters", "a", { filename: "a".repeat(10_000) }, "INVALID", ["input", "file"]],
])("%s is refused, and nothing is kept", async (_what, bytes, options, code, field) => {
  const registry = await aRegistry();
  const answer = await upload(registry, await aVersionOf(registry), bytes, options);
  expect(answer).toMatchObject({ modelFile: null, userErrors: [{ code, field }] });
  expect(await keptBytes(registry)).toEqual(nothingKept);
});

test.each([
  ["the digest in capitals", { sha256: digest("a").toUpperCase() }, "best.onnx"],
  ["255 bytes of filename", { filename: `${"ä".repeat(127)}x` }, `${"ä".repeat(127)}x`],
  ["a path, of which the last step counts", { filename: "../../etc/passwd" }, "passwd"],
  ["a path of Windows", { filename: "C:\\models\\best.pt" }, "best.pt"],
  ["emoji", { filename: "Größe 100 % 🚀.pt" }, "Größe 100 % 🚀.pt"],
])("%s is fine", async (_what, options, filename) => {
  const registry = await aRegistry();
  const { modelFile } = await upload(registry, await aVersionOf(registry), "a", options);
  expect(modelFile.filename).toBe(filename);
});

test("a taken name, and a version that is not there, are refused", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const version = await aVersionOf(registry);
  await upload(registry, version, "a");
  expect((await upload(registry, version, "b")).userErrors).toMatchObject([
    { code: "TAKEN", field: ["input", "name"] },
  ]);
  expect((await upload(other, version, "b")).userErrors).toMatchObject([
    { code: "NOT_FOUND", field: ["modelVersionId"] },
  ]);
  expect((await keptBytes(registry)).blobs).toBe(1);
  expect(await keptBytes(other)).toEqual(nothingKept);
});

test("a name that is taken while the bytes arrive is refused", async () => {
  const registry = await aRegistry();
  const version = await aVersionOf(registry);
  const answers = await Promise.all(["a", "b", "c", "d"].map((bytes) => upload(registry, version, bytes)));
  const refused = answers.filter(({ modelFile }) => modelFile === null);
  expect(refused).toHaveLength(3);
  for (const { userErrors } of refused)
    expect(userErrors).toMatchObject([{ code: "TAKEN", field: ["input", "name"] }]);
  expect((await keptBytes(registry)).blobs).toBe(1);
});

test("a file may be as large as the limit, and not a byte larger", async () => {
  const registry = await aRegistry();
  const { address } = await aServer(registry.db, { maxFileSize: 100_000 });
  const limited = { ...registry, url: `${address}/graphql` };
  const send = async (size: number) =>
    sendForm(limited, addition(await aVersionOf(registry)), [{ bytes: randomBytes(size) }]);
  const { status, body } = await send(100_001);
  const message = "Expected a file of at most 100000 bytes.";
  expect([status, body.errors]).toMatchObject([
    413,
    [{ message, extensions: { code: "PAYLOAD_TOO_LARGE" } }],
  ]);
  expect(await keptBytes(registry)).toEqual(nothingKept);
  expect((await send(100_000)).body.data.createModelFile.modelFile.size).toBe(100_000);
});

test("JSON brings no file, and says how one comes", async () => {
  const registry = await aRegistry();
  const variables = { modelVersionId: await aVersionOf(registry), input: { name: "a", file: "secret" } };
  const { status, body } = await registry.send(createModelFile, variables);
  expect([status, body.errors]).toMatchObject([400, [{ extensions: { code: "BAD_USER_INPUT" } }]]);
  expect(body.errors?.[0]?.message).toContain("Expected a file of a GraphQL multipart request.");
  expect(JSON.stringify(body)).not.toContain("secret");
  const literal = await registry.send(
    `mutation { createModelFile(modelVersionId: "x", input: { name: "a", file: "x" }) { userErrors { code } } }`,
  );
  expect([literal.status, literal.body.errors?.[0]?.extensions.code]).toEqual([
    400,
    "GRAPHQL_VALIDATION_FAILED",
  ]);
});

test("a form without files is a request like others", async () => {
  const registry = await aRegistry();
  const operations = { query: "query Role { viewer { role } }", operationName: "Role" };
  const { status, body } = await sendForm(registry, { operations, map: {} });
  expect([status, body]).toEqual([200, { data: { viewer: { role: "OWNER" } } }]);
});

test("a file that no mutation asks for is not kept", async () => {
  const registry = await aRegistry();
  const query = "query ($file: Upload!, $go: Boolean!) { viewer { role @include(if: $go) } }";
  const variables = { file: null, go: true };
  const fields = { operations: { query, variables }, map: { 0: ["variables.file"] } };
  const { status } = await sendForm(registry, fields, [{ bytes: randomBytes(100_000) }]);
  expect([status, await keptBytes(registry)]).toEqual([400, nothingKept]);
});
