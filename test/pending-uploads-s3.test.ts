import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { verifyBlobs } from "../src/blob/verifier.ts";
import { limits } from "../src/limits.ts";
import { s3Client } from "../src/storage-connector/s3-client.ts";
import { S3Storage } from "../src/storage-connector/s3-storage.ts";
import { Storages } from "../src/storage-connector/storages.ts";
import { anUpload, complete, pendingUpload, sendParts, someBytes, urlOf } from "./support/parts.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { S3StandIn } from "./support/s3-stand-in.ts";
import { aModel, aVersion } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { accessTo } from "./support/storages.ts";
import { aServer, filesDir, testKeyring } from "./support/test-server.ts";

const store = new S3StandIn();
const large = someBytes(limits.partSize + 1_000_000);
const sha256 = createHash("sha256").update(large).digest("hex");

let endpoint: string;
let client: ReturnType<typeof s3Client>;
let registry: Registry;
let inStore: Storages;
let ask: Registry["ask"];
let version: string;

beforeAll(async () => {
  registry = await aRegistry();
  endpoint = await store.open();
  client = s3Client(accessTo(endpoint, store.credentials));
  const storage = new S3Storage(client, store.bucket, "");
  inStore = Object.assign(new Storages(filesDir), { open: () => storage });
  const { address } = await aServer(registry.db, {}, testKeyring, inStore);
  const send = sender(`${address}/graphql`, registry.token);
  ask = async (query, variables) => {
    const { body } = await send(query, variables);
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    return body.data;
  };
  version = await aVersion(registry, await aModel(registry));
});

afterAll(async () => {
  client.destroy();
  await store.close();
});

async function readBytes(): Promise<void> {
  await verifyBlobs(registry.db, inStore, {
    onError(error) {
      throw error;
    },
  });
}

const statusOf = async (id: string) =>
  (await ask("query ($id: ID!) { node(id: $id) { ... on ModelFile { status sha256 } } }", { id })).node;

test("parts go to the object store itself, and the client does nothing else than with a local disk", async () => {
  const upload = await anUpload(ask, version, large, { name: "large" });
  expect(await urlOf(ask, upload.id, 1)).toMatch(new RegExp(`^${endpoint}/${store.bucket}/`));
  const second = await sendParts(ask, upload, large, [2]);
  const found = await pendingUpload(ask, upload.id); // after a crash of the client
  expect(found.parts).toMatchObject([{ number: 2, size: 1_000_000 }]);
  const parts = [...(await sendParts(ask, found, large, [1])), ...second];
  const { modelFile } = await complete(ask, upload.id, parts);
  store.break("CompleteMultipartUpload", "lost answer", "lost answer", "lost answer");
  await readBytes();
  expect(await statusOf(modelFile.id)).toEqual({ status: "READY", sha256 });
  expect(store.uploads.size).toBe(0);
});

test("a part of another size, which an object store takes, is refused in the end", async () => {
  const upload = await anUpload(ask, version, large, { name: "short" });
  await sendParts(ask, upload, large, [2]);
  await fetch(await urlOf(ask, upload.id, 1), { method: "PUT", body: "short" });
  const { parts } = await pendingUpload(ask, upload.id);
  const given = parts.map(({ number, etag }: { number: number; etag: string }) => ({ number, etag }));
  const { userErrors } = await complete(ask, upload.id, given);
  const message = `Expected part 1 to have ${limits.partSize} bytes, got 5: send it again.`;
  expect(userErrors).toEqual([{ code: "CONFLICT", field: ["input", "parts", "0"], message }]);
});

test("a part that is replaced after the upload was completed makes the file CORRUPT", async () => {
  const upload = await anUpload(ask, version, large, { name: "replaced" });
  const url = await urlOf(ask, upload.id, 2);
  const { modelFile } = await complete(ask, upload.id, await sendParts(ask, upload, large, [1, 2]));
  await fetch(url, { method: "PUT", body: new Uint8Array(1_000_000) });
  await readBytes();
  expect(await statusOf(modelFile.id)).toMatchObject({ status: "CORRUPT" });
});

test("an aborted upload leaves nothing in the object store", async () => {
  const before = store.uploads.size;
  const upload = await anUpload(ask, version, large, { name: "aborted" });
  await sendParts(ask, upload, large, [1]);
  expect(store.uploads.size).toBe(before + 1);
  await ask("mutation ($id: ID!) { abortUpload(id: $id) { abortedId } }", { id: upload.id });
  expect(store.uploads.size).toBe(before);
});

test("an object store that is away is a typed error, and the upload goes on when it is back", async () => {
  store.break("CreateMultipartUpload", 503, 503, 503);
  await expect(anUpload(ask, version, large, { name: "away" })).rejects.toThrow("STORAGE_UNAVAILABLE");
  const query = "query ($id: ID!) { modelVersion(by: { id: $id }) { pendingUploads { id name partSize } } }";
  const { pendingUploads } = (await ask(query, { id: version })).modelVersion;
  const upload = pendingUploads.find(({ name }: { name: string }) => name === "away");
  const { modelFile } = await complete(ask, upload.id, await sendParts(ask, upload, large, [1, 2]));
  await readBytes();
  expect(await statusOf(modelFile.id)).toEqual({ status: "READY", sha256 });
});
