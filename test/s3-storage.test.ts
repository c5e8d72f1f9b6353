import { randomBytes, randomUUID } from "node:crypto";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { inspect } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { s3Client } from "../src/storage-connector/s3-client.ts";
import { S3Storage } from "../src/storage-connector/s3-storage.ts";
import { type Fault, S3StandIn } from "./support/s3-stand-in.ts";
import { accessTo } from "./support/storages.ts";

const MiB = 1024 * 1024;
const store = new S3StandIn();
let endpoint: string;
let storage: S3Storage;
beforeAll(async () => {
  endpoint = await store.open();
  const access = accessTo(endpoint, store.credentials);
  // A stall of a minute would be waited for.
  const client = s3Client(access, { connect: 1_000, stall: 1_500, attempts: 2 });
  storage = new S3Storage(client, store.bucket, "files/");
});
afterAll(() => store.close());

async function* stream(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += 65_536) yield bytes.subarray(from, from + 65_536);
}

const [small, large] = [randomBytes(1_000), randomBytes(40 * MiB)];
const twice = (fault: Fault): (Fault | null)[] => [fault, fault];

const faults: [operation: string, bytes: Buffer, plan: (Fault | null)[], failure: string][] = [
  ["PutObject", small, twice(503), "UNAVAILABLE"],
  ["PutObject", small, twice("stall"), "UNAVAILABLE"],
  ["PutObject", small, twice("reset"), "UNAVAILABLE"],
  ["PutObject", small, twice("lost answer"), "UNAVAILABLE"],
  ["PutObject", small, [403], "REFUSED"],
  ["PutObject", small, twice(507), "FULL"],
  ["CreateMultipartUpload", large, twice(500), "UNAVAILABLE"],
  ["CreateMultipartUpload", large, twice("lost answer"), "UNAVAILABLE"],
  ["UploadPart", large, [null, ...twice(500)], "UNAVAILABLE"],
  ["UploadPart", large, [null, ...twice("stall")], "UNAVAILABLE"],
  ["UploadPart", large, [null, null, ...twice("reset")], "UNAVAILABLE"],
  ["UploadPart", large, [404], "MISSING"],
  ["CompleteMultipartUpload", large, twice(503), "UNAVAILABLE"],
  ["CompleteMultipartUpload", large, twice("stall"), "UNAVAILABLE"],
];

test.each(faults)(
  "a write with a fault in %s is an error, and leaves nothing",
  async (operation, bytes, plan, failure) => {
    const key = randomUUID();
    store.break(operation, ...plan);
    await expect(storage.write(key, stream(bytes))).rejects.toMatchObject({ name: "StorageError", failure });
    expect([store.objects.has(`files/${key}`), store.uploads.size]).toEqual([false, 0]);
  },
);

test.each<[string, Buffer, Fault]>([
  ["PutObject", small, 503],
  ["PutObject", small, "reset"],
  ["UploadPart", large, 500],
  ["UploadPart", large, "stall"],
  ["CompleteMultipartUpload", large, 503],
  ["CompleteMultipartUpload", large, "lost answer"],
])("a write with one fault in %s succeeds all the same", async (operation, bytes, fault) => {
  const key = randomUUID();
  store.break(operation, fault);
  await storage.write(key, stream(bytes));
  expect(await storage.size(key)).toBe(bytes.length);
});

test("a completion whose answers are all lost is found to be done", async () => {
  const key = randomUUID();
  const id = await storage.beginParts(key);
  const parts = [await storage.writePart(key, id, 1, stream(small), small.length)];
  store.break("CompleteMultipartUpload", "lost answer", "reset");
  await storage.completeParts(key, id, parts);
  expect(await storage.size(key)).toBe(small.length);
});

test.each<Fault>(["stall midway", "reset midway"])(
  "a read with %s fails, and is not cut short",
  async (fault) => {
    const key = randomUUID();
    await storage.write(key, stream(randomBytes(3 * MiB)));
    store.break("GetObject", fault);
    const reading = await storage.read(key);
    await expect(reading.toArray()).rejects.toMatchObject({ failure: "UNAVAILABLE" });
  },
);

test("a removal that fails is an error, and can be done again", async () => {
  const key = randomUUID();
  await storage.write(key, stream(small));
  store.break("DeleteObject", ...twice(500));
  await expect(storage.remove(key)).rejects.toMatchObject({ failure: "UNAVAILABLE" });
  store.break("ListMultipartUploads", ...twice("reset"));
  await expect(storage.remove(key)).rejects.toMatchObject({ failure: "UNAVAILABLE" });
  await storage.remove(key);
  expect(await storage.size(key)).toBeNull();
});

test("what the sizes of objects are is not known when the store does not answer", async () => {
  store.break("HeadObject", ...twice(503));
  await expect(storage.size(randomUUID())).rejects.toMatchObject({ failure: "UNAVAILABLE" });
});

test("errors say nothing of the store, the key, the credentials and what the store has written", async () => {
  const { accessKeyId, secretAccessKey } = store.credentials;
  const key = randomUUID();
  const client = s3Client(accessTo(endpoint, { accessKeyId: "unknown", secretAccessKey }), {
    connect: 1_000,
    stall: 400,
    attempts: 1,
  });
  const nowhere = s3Client(accessTo("http://127.0.0.1:9", store.credentials), {
    connect: 1_000,
    stall: 400,
    attempts: 1,
  });
  const errors = await Promise.all(
    [new S3Storage(client, store.bucket, ""), new S3Storage(nowhere, store.bucket, "")].map((each) =>
      each.read(key).catch((error: Error) => error),
    ),
  );
  expect(errors.map((error) => error instanceof Error && error.message)).toEqual([
    "The object store answers 403 (AccessDenied).",
    "The object store cannot be reached.",
  ]);
  for (const text of [key, accessKeyId, secretAccessKey, endpoint.slice(7), "127.0.0.1", store.bucket])
    expect(inspect(errors, { depth: 10, showHidden: true })).not.toContain(text);
});

test("a part is not larger in memory than it has to be, and a large file has no more parts than it may", async () => {
  const key = randomUUID();
  await storage.write(key, stream(large), 200_000 * MiB);
  expect(store.objects.get(`files/${key}`)?.files.map(({ size }) => size)).toEqual([20 * MiB, 20 * MiB]);
});

test("many requests that wait for a store keep no other from it", async () => {
  const client = s3Client(accessTo(endpoint, store.credentials), {
    connect: 500,
    stall: 60_000,
    attempts: 1,
  });
  const patient = new S3Storage(client, store.bucket, "files/");
  store.break("PutObject", ...Array.from({ length: 60 }, (): Fault => "stall"));
  const writes = Array.from({ length: 60 }, () => patient.write(randomUUID(), stream(small)));
  const ended = Promise.allSettled(writes);
  expect(await patient.size("nothing")).toBeNull();
  client.destroy();
  await ended;
  store.break("PutObject");
}, 10_000);

test.each<[string, (socket: Socket) => void, string]>([
  [
    "an answer without an end",
    (socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\n\r\n<ListPartsResult>");
      const more = () => void (socket.writable && socket.write(Buffer.alloc(65_536, " "), more));
      more();
    },
    "more than it was asked for",
  ],
  [
    "an answer that does not begin, letter by letter",
    (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx-header: ");
      const drip = setInterval(() => socket.write("x"), 50);
      socket.once("close", () => clearInterval(drip));
    },
    "cannot be reached",
  ],
])("%s is given up", async (_what, answer, message) => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => answer(socket));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const patience = { connect: 500, stall: 500, attempts: 1, answer: 1_000 };
  const client = s3Client(accessTo(`http://127.0.0.1:${port}`, store.credentials), patience);
  const listed = new S3Storage(client, "models", "").listParts("key", "id");
  await expect(listed).rejects.toMatchObject({
    failure: "UNAVAILABLE",
    message: expect.stringContaining(message),
  });
  client.destroy();
  server.close();
});
