import { createHash } from "node:crypto";
import { beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Keyring } from "../src/keyring.ts";
import { limits } from "../src/limits.ts";
import { cutIntoParts, sizeOfPart } from "../src/pending-upload/cut-into-parts.ts";
import {
  anUpload,
  begin,
  complete,
  pendingUpload,
  readBytes,
  sendParts,
  someBytes,
  uploadInParts,
  urlOf,
} from "./support/parts.ts";
import { aRegistry, type Registry, statementsOf } from "./support/registry.ts";
import { aFile, aModel, aVersion, uuid } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aServer, storages } from "./support/test-server.ts";

const mebibyte = 2 ** 20;

let registry: Registry;
let version: string;
/** Three parts, of which the last one is the smallest. */
const large = someBytes(2 * limits.partSize + 5 * mebibyte);

beforeAll(async () => {
  registry = await aRegistry();
  version = await aVersion(registry, await aModel(registry));
});

async function readFile(ask: Registry["ask"], id: string) {
  const fields = "name filename contentType size sizeCategory sha256 status format";
  return (await ask(`query ($id: ID!) { node(id: $id) { ... on ModelFile { ${fields} } } }`, { id })).node;
}

test("a file comes in parts, in any order, and is READY when the registry has read it", async () => {
  const input = { name: "large", filename: "best.pt", contentType: "application/x-pytorch" };
  const upload = await anUpload(registry.ask, version, large, input);
  expect(upload).toMatchObject({ partSize: limits.partSize, partCount: 3, parts: [], modelFile: null });
  const parts = await sendParts(registry.ask, upload, large, [3, 1, 2]);
  const { modelFile, userErrors } = await complete(registry.ask, upload.id, parts);
  expect(userErrors).toEqual([]);
  expect(modelFile).toMatchObject({ ...input, size: large.length, sha256: null, status: "VERIFYING" });

  await readBytes(registry);
  const sha256 = createHash("sha256").update(large).digest("hex");
  expect(await readFile(registry.ask, modelFile.id)).toMatchObject({ sha256, status: "READY" });
  const { modelFile: file, parts: left } = await pendingUpload(registry.ask, upload.id);
  expect([file, left]).toEqual([{ id: modelFile.id, status: "READY" }, []]);
});

test("a client that has crashed goes on with the parts that are missing", async () => {
  const { id } = await anUpload(registry.ask, version, large, { name: "resumed" });
  const begun = await pendingUpload(registry.ask, id);
  await sendParts(registry.ask, begun, large, [2]);

  const found = await pendingUpload(registry.ask, id);
  const etag = createHash("sha256")
    .update(large.subarray(limits.partSize, 2 * limits.partSize))
    .digest("hex");
  expect(found.parts).toEqual([{ number: 2, size: limits.partSize, etag }]);
  const sent = await sendParts(registry.ask, found, large, [1, 3]);
  const { modelFile } = await complete(registry.ask, id, [...sent, { number: 2, etag }]);
  expect(modelFile.status).toBe("VERIFYING");
});

test("an upload that is completed again, or twice at once, gives the same file", async () => {
  const bytes = someBytes(1_000);
  const upload = await anUpload(registry.ask, version, bytes, { name: "once" });
  const parts = await sendParts(registry.ask, upload, bytes, [1]);
  const [one, other] = await Promise.all([1, 2].map(() => complete(registry.ask, upload.id, parts)));
  expect(one.modelFile.id).toBe(other.modelFile.id);
  expect(await complete(registry.ask, upload.id, [])).toEqual(one);
});

test("what does not fit is told part by part", async () => {
  const upload = await anUpload(registry.ask, version, large, { name: "wrong" });
  const [one = { etag: "" }] = await sendParts(registry.ask, upload, large, [1]);
  const given = [{ ...one, etag: '"beef"' }, one, { number: 2, etag: "x" }, { number: 4, etag: "x" }];
  const { modelFile, userErrors } = await complete(registry.ask, upload.id, given);
  expect(modelFile).toBeNull();
  const etag = one.etag.slice(1, -1);
  expect(userErrors).toEqual([
    {
      code: "CONFLICT",
      field: ["input", "parts", "0"],
      message: `Expected the etag ${etag}, which part 1 has, got beef.`,
    },
    { code: "INVALID", field: ["input", "parts", "1"], message: "Expected each number once, got 1 again." },
    {
      code: "NOT_FOUND",
      field: ["input", "parts", "2"],
      message: "Expected part 2 to be there, got none: send it.",
    },
    { code: "INVALID", field: ["input", "parts", "3"], message: "Expected a number from 1 to 3, got 4." },
    {
      code: "INVALID",
      field: ["input", "parts"],
      message: "Expected parts 1 to 3, got none with the number 3.",
    },
  ]);
});

test("a part that is sent again takes the place of the earlier one, also of those on the way", async () => {
  const bytes = someBytes(1_000);
  const upload = await anUpload(registry.ask, version, bytes, { name: "again" });
  const versions = [1, 2, 3, 4].map(() => someBytes(1_000));
  await Promise.all(versions.map((each) => sendParts(registry.ask, upload, each, [1])));
  expect((await pendingUpload(registry.ask, upload.id)).parts).toHaveLength(1);
  const parts = await sendParts(registry.ask, upload, bytes, [1]);
  const { modelFile } = await complete(registry.ask, upload.id, parts);
  await readBytes(registry);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  expect(await readFile(registry.ask, modelFile.id)).toMatchObject({ sha256, status: "READY" });
});

test("everything that is wrong with an announcement is told at once", async () => {
  const input = { name: " ", filename: "../x", size: 0, sha256: "beef", contentType: "weights" };
  const { userErrors } = await begin(registry.ask, version, input);
  const fields = ["name", "filename", "size", "sha256", "contentType"];
  expect(userErrors.map(({ code, field }: { code: string; field: string[] }) => [code, field])).toEqual(
    fields.map((field) => ["INVALID", ["input", field]]),
  );
});

test.each([
  ["a path", "/etc/passwd", "a filename without a path: no / and no \\"],
  ["a path of Windows", "a\\b", "a filename without a path: no / and no \\"],
  ["a folder", "..", 'the name of a file, got "..", which is a folder'],
  ["a line break", "a\r\nb", "a filename without control, zero-width or direction characters"],
  [
    "text that runs backwards",
    "a\u202egnp.exe",
    "a filename without control, zero-width or direction characters",
  ],
  ["256 bytes", "é".repeat(128), "a filename of at most 255 bytes, got 256"],
  ["10,000 characters", "x".repeat(10_000), "a filename of at most 255 bytes, got 10000"],
])("a filename with %s is refused", async (_what, filename, expected) => {
  const { userErrors } = await begin(registry.ask, version, { size: 1, filename });
  expect(userErrors).toEqual([
    { code: "INVALID", field: ["input", "filename"], message: `Expected ${expected}.` },
  ]);
});

test("any other filename is taken as it is", async () => {
  for (const filename of ["best weights (1).onnx", "模型.pt", "🦄.bin", ".hidden", "x".repeat(255)]) {
    const { pendingUpload } = await begin(registry.ask, version, { size: 1, filename });
    expect(pendingUpload.filename).toBe(filename);
  }
});

test("a name that is taken is refused before a byte is sent, unless it is to be replaced", async () => {
  await aFile(registry, version, { name: "taken" });
  const { userErrors } = await begin(registry.ask, version, { size: 1, name: "taken" });
  expect(userErrors).toMatchObject([{ code: "TAKEN", field: ["input", "name"] }]);
  const again = await begin(registry.ask, version, { size: 1, name: "taken", replace: true });
  expect(again.userErrors).toEqual([]);
});

test("a name that was taken meanwhile is refused at the end, and the upload waits", async () => {
  const bytes = someBytes(10);
  const upload = await anUpload(registry.ask, version, bytes, { name: "meanwhile" });
  const parts = await sendParts(registry.ask, upload, bytes, [1]);
  const file = await aFile(registry, version, { name: "meanwhile" });
  const refused = await complete(registry.ask, upload.id, parts);
  expect(refused).toMatchObject({ modelFile: null, userErrors: [{ code: "TAKEN", field: ["id"] }] });
  await registry.db.query("update model_file set name = 'renamed' where id = $1", [file]);
  expect((await complete(registry.ask, upload.id, parts)).modelFile.status).toBe("VERIFYING");
});

test("the same idempotency key gives the same upload", async () => {
  const first = await begin(registry.ask, version, { size: 7, name: "key" }, "k");
  expect(await begin(registry.ask, version, { size: 7, name: "key" }, "k")).toEqual(first);
  const other = await begin(registry.ask, version, { size: 8, name: "key" }, "k");
  expect(other.userErrors).toMatchObject([{ code: "CONFLICT", field: ["idempotencyKey"] }]);
});

test("an upload whose parts were never begun in the storage, as after a crash, begins them when it is used", async () => {
  const bytes = someBytes(10);
  const upload = await anUpload(registry.ask, version, bytes, { name: "crashed" });
  await registry.db.query(
    "update blob set parts_id = null where id = (select blob_id from pending_upload where id = $1)",
    [uuid(upload.id)],
  );
  expect((await pendingUpload(registry.ask, upload.id)).parts).toEqual([]);
  const parts = await sendParts(registry.ask, upload, bytes, [1]);
  expect((await complete(registry.ask, upload.id, parts)).userErrors).toEqual([]);
});

const abort = "mutation ($id: ID!) { abortUpload(id: $id) { abortedId userErrors { code field } } }";

test("an aborted upload is gone with its parts, and cannot be gone on with", async () => {
  const upload = await anUpload(registry.ask, version, large, { name: "aborted" });
  await sendParts(registry.ask, upload, large, [1]);
  const url = await urlOf(registry.ask, upload.id, 2);
  const [{ blob }] = await registry.db.query("select blob_id as blob from pending_upload where id = $1", [
    uuid(upload.id),
  ]);
  const { id } = upload;
  expect((await registry.ask(abort, { id })).abortUpload).toEqual({ abortedId: id, userErrors: [] });
  expect(await pendingUpload(registry.ask, id)).toBeNull();
  const late = await fetch(url, { method: "PUT", body: new Uint8Array(limits.partSize) });
  expect([late.status, await late.json()]).toMatchObject([
    404,
    { errors: [{ extensions: { code: "NOT_FOUND" } }] },
  ]);
  const [{ state, connector }] = await registry.db.query(
    "select state, storage_connector_id as connector from blob where id = $1",
    [blob],
  );
  expect(state).toBe("DOOMED");
  expect(await (await storages.of(registry.db, connector)).listParts(blob, blob)).toEqual([]);
  const notFound = { userErrors: [{ code: "NOT_FOUND", field: ["id"] }] };
  expect((await registry.ask(abort, { id })).abortUpload).toMatchObject(notFound);
  expect(await complete(registry.ask, id, [])).toMatchObject(notFound);
});

test("a completed upload cannot be aborted", async () => {
  const bytes = someBytes(10);
  const upload = await anUpload(registry.ask, version, bytes, { name: "completed" });
  await complete(registry.ask, upload.id, await sendParts(registry.ask, upload, bytes, [1]));
  const { abortUpload } = await registry.ask(abort, { id: upload.id });
  expect(abortUpload).toEqual({
    abortedId: null,
    userErrors: [{ code: "CONFLICT", field: ["id"] }],
  });
});

test("an upload whose time is over is gone", async () => {
  const upload = await anUpload(registry.ask, version, large, { name: "late" });
  const days = (Date.parse(upload.expiresAt) - Date.parse(upload.createdAt)) / 86_400_000;
  expect(days).toBeCloseTo(limits.uploadDays, 3);
  const url = await urlOf(registry.ask, upload.id, 1);
  await registry.db.query("update pending_upload set expires_at = now() where id = $1", [uuid(upload.id)]);
  expect(await pendingUpload(registry.ask, upload.id)).toBeNull();
  expect((await fetch(url, { method: "PUT", body: new Uint8Array(limits.partSize) })).status).toBe(404);
  expect((await complete(registry.ask, upload.id, [])).userErrors).toMatchObject([{ code: "NOT_FOUND" }]);
});

test("a version shows what is under way; more than a hundred are refused", async () => {
  const id = await aVersion(registry, await aModel(registry));
  const done = await uploadInParts(registry.ask, id, someBytes(10), { name: "done" });
  expect(done.userErrors).toEqual([]);
  for (let count = 0; count < limits.pendingUploads; count++) await begin(registry.ask, id, { size: 1 });
  const { userErrors } = await begin(registry.ask, id, { size: 1 });
  expect(userErrors).toMatchObject([{ code: "CONFLICT", field: ["modelVersionId"] }]);

  const query =
    "query ($id: ID!) { modelVersion(by: { id: $id }) { pendingUploads { name createdBy { name } } } }";
  const statements = await statementsOf(async () => {
    const { modelVersion } = await registry.ask(query, { id });
    expect(modelVersion.pendingUploads).toHaveLength(limits.pendingUploads);
  });
  expect(statements).toHaveLength(3);
});

test("the uploads of many versions are read by one statement, and the fields of one by two", async () => {
  const query = "{ modelVersions { nodes { pendingUploads { id } } } }";
  expect(await statementsOf(() => registry.ask(query))).toHaveLength(2);
  const upload = await anUpload(registry.ask, version, large, { name: "counted" });
  expect(await statementsOf(() => pendingUpload(registry.ask, upload.id))).toHaveLength(3); // blob and connector
});

test.each([
  ["no parts", { numbers: [] }, "numbers", "1 to 100 numbers, got 0"],
  ["more than a hundred parts", { numbers: Array(101).fill(1) }, "numbers", "1 to 100 numbers, got 101"],
  ["part 0", { numbers: [0] }, "numbers", "numbers from 1 to 3, got 0"],
  ["a part after the last", { numbers: [4] }, "numbers", "numbers from 1 to 3, got 4"],
  ["no time", { numbers: [1], expiresIn: 0 }, "expiresIn", "1 to 86400 seconds, got 0"],
  ["more than a day", { numbers: [1], expiresIn: 86_401 }, "expiresIn", "1 to 86400 seconds, got 86401"],
])("URLs for %s are refused", async (_what, variables, field, expected) => {
  const { id } = await anUpload(registry.ask, version, large, { name: "urls" });
  const query = `query ($id: ID!, $numbers: [Int!]!, $expiresIn: Int! = 60) {
    pendingUpload(id: $id) { partUrls(numbers: $numbers, expiresIn: $expiresIn) { url } }
  }`;
  const { body } = await registry.send(query, { id, ...variables });
  expect(body.errors).toMatchObject([
    { message: `Expected ${expected}.`, extensions: { code: "BAD_USER_INPUT", field: [field] } },
  ]);
});

test("without keys there are no URLs, and everything else of an upload works", async () => {
  const { address } = await aServer(registry.db, {}, new Keyring([]));
  const send = sender(`${address}/graphql`, registry.token);
  const { id } = await anUpload(registry.ask, version, large, { name: "keyless" });
  const { body } = await send(`{ pendingUpload(id: "${id}") { id partUrls(numbers: [1]) { url } } }`);
  expect(body.errors).toMatchObject([{ extensions: { code: "SECRETS_NOT_CONFIGURED" } }]);
});

test("any size is cut into whole parts, and never into too many", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 * 2 ** 40 }), (size) => {
      const cut = cutIntoParts(size);
      const last = sizeOfPart(cut, cut.partCount);
      expect(cut.partCount).toBeLessThanOrEqual(limits.parts);
      expect(cut.partSize * (cut.partCount - 1) + last).toBe(size);
      expect(last).toBeGreaterThan(0);
      expect(cut.partCount === 1 || cut.partSize >= limits.partSize).toBe(true);
      expect(cut.partCount === 1 || cut.partSize % mebibyte === 0).toBe(true);
    }),
  );
});
