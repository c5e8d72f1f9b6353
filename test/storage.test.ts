import { createHash, randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Storage, StoredPart } from "../src/storage-connector/storage.ts";
import { kinds } from "./support/storages.ts";

const MiB = 1024 * 1024;
/** What S3 asks of all parts but the last. */
const partSize = 5 * MiB;

/** Bytes in chunks of an odd size, as they come from a network. */
async function* stream(bytes: Buffer, chunkSize = 65_521): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += chunkSize) yield bytes.subarray(from, from + chunkSize);
}

async function* failing(bytes: Buffer, error: Error): AsyncGenerator<Buffer> {
  yield* stream(bytes);
  throw error;
}

async function read(storage: Storage, ...asked: Parameters<Storage["read"]>): Promise<Buffer> {
  return Buffer.concat(await (await storage.read(...asked)).toArray());
}

const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

describe.each(kinds)("$name", ({ open, gaps }) => {
  const knowsParts = !gaps.includes("parts under way");
  let storage: Storage;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ storage, close } = await open());
  });
  afterAll(() => close());

  /** Sends parts in the given order, and gives them in theirs. */
  async function send(key: string, id: string, bytes: Buffer, order: number[]): Promise<StoredPart[]> {
    const parts: StoredPart[] = [];
    for (const number of order) {
      const part = bytes.subarray((number - 1) * partSize, number * partSize);
      parts.push(await storage.writePart(key, id, number, stream(part), part.length));
    }
    return parts.sort((one, other) => one.number - other.number);
  }

  test.each([1, MiB - 1, MiB, 16 * MiB, 33 * MiB + 7])("%d bytes come back as they were", async (size) => {
    const [key, bytes] = [randomUUID(), randomBytes(size)];
    await storage.write(key, stream(bytes));
    expect(await storage.size(key)).toBe(size);
    expect(digest(await read(storage, key))).toBe(digest(bytes));
  });

  test("any range of what was written is read", async () => {
    const [key, bytes] = [randomUUID(), randomBytes(700_000)];
    await storage.write(key, stream(bytes));
    for (const [start, end] of [
      ...(gaps.includes("the first byte alone") ? [] : [[0, 0] as const]),
      [1, 300_000],
      [262_143, 262_144],
      [699_999, 699_999],
      [0, 699_999],
    ] as const)
      expect((await read(storage, key, { start, end })).equals(bytes.subarray(start, end + 1))).toBe(true);
  });

  test("a range beyond the end fails, and is not cut short", async () => {
    const key = randomUUID();
    await storage.write(key, stream(Buffer.from("short")));
    for (const range of [
      { start: 2, end: 5 },
      { start: 5, end: 6 },
    ])
      await expect(read(storage, key, range)).rejects.toMatchObject({ name: "StorageError" });
  });

  test("what is not there has no size, cannot be read, and can be removed", async () => {
    const key = randomUUID();
    expect(await storage.size(key)).toBeNull();
    await expect(storage.read(key)).rejects.toMatchObject({ failure: "MISSING" });
    await storage.remove(key);
  });

  test("what is removed is not there any more, and others are", async () => {
    const [gone, kept] = [randomUUID(), randomUUID()];
    for (const key of [gone, kept]) await storage.write(key, stream(Buffer.from(key)));
    await storage.remove(gone);
    expect([await storage.size(gone), await storage.size(kept)]).toEqual([null, kept.length]);
  });

  test.each([0, 1, 20 * MiB])("a source that fails after %d bytes leaves nothing to read", async (size) => {
    const [key, error] = [randomUUID(), new Error("The client has gone.")];
    await expect(storage.write(key, failing(randomBytes(size), error))).rejects.toBe(error);
    expect(await storage.size(key)).toBeNull();
    await storage.remove(key);
    expect(await storage.size(key)).toBeNull();
  });

  test("parts that come in any order, and again, are joined in theirs", async () => {
    const [key, bytes] = [randomUUID(), randomBytes(2 * partSize + 9)];
    const id = await storage.beginParts(key);
    await send(key, id, randomBytes(2 * partSize), [2]);
    const parts = await send(key, id, bytes, [3, 1, 2]);
    if (knowsParts) expect(await storage.listParts(key, id)).toEqual(parts);
    expect(await storage.size(key)).toBeNull();
    await storage.completeParts(key, id, parts);
    expect(await storage.size(key)).toBe(bytes.length);
    expect(digest(await read(storage, key))).toBe(digest(bytes));
    const [start, end] = [partSize - 3, 2 * partSize + 3];
    expect((await read(storage, key, { start, end })).equals(bytes.subarray(start, end + 1))).toBe(true);
    await storage.remove(key);
    expect(await storage.size(key)).toBeNull();
  });

  test("to complete an upload twice is fine", async () => {
    const [key, bytes] = [randomUUID(), randomBytes(partSize + 1)];
    const id = await storage.beginParts(key);
    const parts = await send(key, id, bytes, [1, 2]);
    for (const _ of [1, 2]) await storage.completeParts(key, id, parts);
    expect(digest(await read(storage, key))).toBe(digest(bytes));
  });

  test("a part that is not whole does not replace one that is", async () => {
    const [key, bytes] = [randomUUID(), randomBytes(100)];
    const id = await storage.beginParts(key);
    const [part] = await send(key, id, bytes, [1]);
    const [error, short] = [new Error("The client has gone."), bytes.subarray(0, 99)];
    await expect(storage.writePart(key, id, 1, failing(short, error), 100)).rejects.toBe(error);
    for (const wrong of [short, randomBytes(101)])
      await expect(storage.writePart(key, id, 1, stream(wrong), 100)).rejects.toMatchObject({
        failure: "REFUSED",
      });
    await storage.completeParts(key, id, [part as StoredPart]);
    expect((await read(storage, key)).equals(bytes)).toBe(true);
  });

  (knowsParts ? test : test.skip)(
    "an upload that is removed has no parts, and cannot be completed",
    async () => {
      const key = randomUUID();
      const ids = [await storage.beginParts(key)];
      const parts = await send(key, String(ids[0]), randomBytes(9), [1]);
      await storage.remove(key);
      expect(await storage.listParts(key, String(ids[0]))).toEqual([]);
      await expect(storage.completeParts(key, String(ids[0]), parts)).rejects.toMatchObject({
        failure: "MISSING",
      });
      await expect(send(key, String(ids[0]), randomBytes(9), [1])).rejects.toMatchObject({
        failure: "MISSING",
      });
      expect(await storage.size(key)).toBeNull();
    },
  );

  (knowsParts ? test : test.skip)("parts that are not there cannot be joined", async () => {
    const key = randomUUID();
    const id = await storage.beginParts(key);
    const [part] = await send(key, id, randomBytes(9), [1]);
    const other = { ...(part as StoredPart), etag: "0".repeat((part as StoredPart).etag.length) };
    await expect(storage.completeParts(key, id, [other])).rejects.toMatchObject({ name: "StorageError" });
    expect(await storage.size(key)).toBeNull();
  });

  test("a client that sends and reads by itself does so by URLs, where there are any", async () => {
    const [key, bytes] = [randomUUID(), randomBytes(1_000)];
    const id = await storage.beginParts(key);
    const url = await storage.partUrl(key, id, 1, 60);
    if (url === null)
      return expect(await storage.readUrl(key, 60, { contentType: "", contentDisposition: "" })).toBeNull();
    const sent = await fetch(url, { method: "PUT", body: bytes });
    expect(sent.status).toBe(200);
    await storage.completeParts(key, id, [{ number: 1, size: 1_000, etag: sent.headers.get("etag") ?? "" }]);

    const headers = {
      contentType: "application/octet-stream",
      contentDisposition: "attachment; filename=\"a b.onnx\"; filename*=UTF-8''%E2%82%AC.onnx",
    };
    const got = await fetch((await storage.readUrl(key, 60, headers)) ?? "");
    expect([got.status, got.headers.get("content-type"), got.headers.get("content-disposition")]).toEqual([
      200,
      headers.contentType,
      headers.contentDisposition,
    ]);
    expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);
    const forged = new URL((await storage.readUrl(key, 60, headers)) ?? "");
    forged.searchParams.set("X-Amz-Date", "20200101T000000Z");
    expect((await fetch(forged)).status).toBe(403);
  });

  test("reading can be given up at any time", async () => {
    const key = randomUUID();
    await storage.write(key, stream(randomBytes(4 * MiB)));
    (await storage.read(key)).destroy();
    const stopped = await storage.read(key);
    for await (const _ of stopped) break;
    expect(stopped.destroyed).toBe(true);
    expect((await read(storage, key)).length).toBe(4 * MiB);
  });
});
