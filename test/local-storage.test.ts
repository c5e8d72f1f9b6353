import { execFileSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { createServer, get, IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, type Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { LocalStorage } from "../src/storage-connector/local-storage.ts";

let folder: string;
let storage: LocalStorage;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "local-storage-"));
  storage = new LocalStorage(join(folder, "files", "organization"));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

async function* stream(...chunks: Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

/** Every file below the storage's folder, as a path. */
const files = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));

const descriptors = () => readdirSync("/proc/self/fd").length;

/** Lets a method of all open files fail, as a disk does that we do not have. */
async function breakFiles(method: "sync" | "datasync" | "write", code: string, mayCall = 0) {
  const file = await open("/dev/null");
  const prototype: FileHandle = Object.getPrototypeOf(file);
  await file.close();
  const real = prototype[method];
  let calls = 0;
  return jest.spyOn(prototype, method).mockImplementation(function (this: FileHandle, ...given: unknown[]) {
    calls += 1;
    if (calls <= mayCall) return Reflect.apply(real, this, given);
    return Promise.reject(Object.assign(new Error(`${code}: broken`), { code, syscall: method }));
  } as never);
}

test("a key is written once", async () => {
  await storage.write("key", stream(Buffer.from("first")));
  await expect(storage.write("key", stream(Buffer.from("second")))).rejects.toMatchObject({
    failure: "REFUSED",
  });
  expect(Buffer.concat(await (await storage.read("key")).toArray()).toString()).toBe("first");
});

test("of two writes of one key at a time one is refused", async () => {
  const write = () => storage.write("key", stream(randomBytes(1_000)));
  const outcomes = await Promise.allSettled([write(), write(), write()]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
});

test("only this user can read what is stored", async () => {
  await storage.write("key", stream(Buffer.from("bytes")));
  const id = await storage.beginParts("other");
  await storage.writePart("other", id, 1, stream(Buffer.from("bytes")), 5);
  for (const path of readdirSync(join(folder, "files"), { recursive: true, encoding: "utf8" })) {
    const { mode } = statSync(join(folder, "files", path));
    expect([path, mode & 0o077]).toEqual([path, 0]);
  }
});

test("nothing but the bytes is left of a write, and nothing of what was removed", async () => {
  await storage.write("key", stream(Buffer.from("bytes")));
  expect(files()).toHaveLength(1);
  await storage.remove("key");
  expect(files()).toEqual([]);
});

test.each([
  [0, "the bytes"],
  [1, "the name"],
])("when the disk, after %d times, does not sync %s, nothing is stored", async (mayCall) => {
  await storage.write("folders", stream(Buffer.from("are there"))); // they are synced once
  const before = descriptors();
  const broken = await breakFiles("sync", "EIO", mayCall);
  const written = storage.write("key", stream(Buffer.from("bytes")));
  await expect(written).rejects.toMatchObject({ failure: "UNAVAILABLE", message: "The disk answers EIO." });
  expect(broken).toHaveBeenCalledTimes(mayCall + 1); // never again on the same descriptor
  expect(await storage.size("key")).toBeNull();
  expect(descriptors()).toBe(before);
});

test("when the disk does not sync, a part is not there, and an upload is not complete", async () => {
  const id = await storage.beginParts("key");
  const part = await storage.writePart("key", id, 1, stream(Buffer.from("bytes")), 5);
  await breakFiles("sync", "EIO");
  await expect(storage.writePart("key", id, 2, stream(Buffer.from("bytes")), 5)).rejects.toThrow("EIO");
  await expect(storage.completeParts("key", id, [part])).rejects.toThrow("EIO");
  jest.restoreAllMocks();
  expect([await storage.listParts("key"), await storage.size("key")]).toEqual([[part], null]);
  await storage.completeParts("key", id, [part]);
  expect(await storage.size("key")).toBe(5);
});

test("a part whose name the disk does not sync is not told to be there", async () => {
  const id = await storage.beginParts("key");
  const part = await storage.writePart("key", id, 1, stream(Buffer.from("bytes")), 5);
  for (const mayCall of [0, 1]) {
    await breakFiles("sync", "EIO", mayCall);
    await expect(storage.listParts("key")).rejects.toMatchObject({ failure: "UNAVAILABLE" });
    jest.restoreAllMocks();
  }
  expect(await storage.listParts("key")).toEqual([part]);
});

test("a removal that is not durable is an error", async () => {
  await storage.write("key", stream(Buffer.from("bytes")));
  await breakFiles("sync", "EIO");
  await expect(storage.remove("key")).rejects.toMatchObject({ failure: "UNAVAILABLE" });
});

test("an error of the disk during a large write is told, and the source is closed", async () => {
  let closed = false;
  async function* source() {
    try {
      for (;;) yield randomBytes(300_000);
    } finally {
      closed = true;
    }
  }
  const before = descriptors();
  await breakFiles("write", "EIO", 3);
  await expect(storage.write("key", source())).rejects.toMatchObject({ failure: "UNAVAILABLE" });
  expect([closed, descriptors()]).toEqual([true, before]);
});

test.each([17, 40])(
  "an error that the disk tells after the 16th of %d MB is told, and it is not asked again",
  async (count) => {
    await storage.write("folders", stream(Buffer.from("are there"))); // they are synced once
    const [broken, asked] = [await breakFiles("datasync", "EIO"), await breakFiles("sync", "EIO")];
    const large = stream(...Array.from({ length: count }, () => randomBytes(1_100_000)));
    await expect(storage.write("key", large)).rejects.toMatchObject({ failure: "UNAVAILABLE" });
    expect([broken.mock.calls.length, asked.mock.calls.length, await storage.size("key")]).toEqual([
      1,
      0,
      null,
    ]);
  },
);

/** Needs the right to mount, which a container may lack. */
const canMount = (() => {
  const place = mkdtempSync(join(tmpdir(), "mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", place], { stdio: "ignore" });
    execFileSync("umount", [place]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
})();

(canMount ? test : test.skip)(
  "a full disk is told as such, and has room again after the removal",
  async () => {
    const disk = join(folder, "disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=5m", "tmpfs", disk]);
    try {
      const full = new LocalStorage(join(disk, "organization"));
      const large = () => stream(...Array.from({ length: 60 }, () => randomBytes(100_000)));
      await expect(full.write("large", large())).rejects.toMatchObject({ failure: "FULL" });
      const id = await full.beginParts("parts");
      await expect(full.writePart("parts", id, 1, large(), 6_000_000)).rejects.toMatchObject({
        failure: "FULL",
      });
      for (const key of ["large", "parts"]) await full.remove(key);
      await full.write("small", stream(randomBytes(4_000_000)));
      expect(await full.size("small")).toBe(4_000_000);
    } finally {
      execFileSync("umount", [disk]);
    }
  },
);

test("too many open files are told as such, and nothing is stored", async () => {
  await storage.write("there", stream(Buffer.from("bytes")));
  const limit = (files: string) =>
    execFileSync("prlimit", ["--pid", String(process.pid), `--nofile=${files}:`]);
  const [before] = execFileSync("prlimit", [
    "--pid",
    String(process.pid),
    "--nofile",
    "--noheadings",
    "-o",
    "SOFT",
  ])
    .toString()
    .trim()
    .split("\n");
  const held: FileHandle[] = [];
  limit("200");
  try {
    for (;;) held.push(await open("/dev/null"));
  } catch {
    // Now there is none left.
    await expect(storage.write("key", stream(Buffer.from("bytes")))).rejects.toMatchObject({
      failure: "UNAVAILABLE",
    });
    await expect(storage.read("there")).rejects.toMatchObject({ failure: "UNAVAILABLE" });
  } finally {
    for (const file of held) await file.close();
    limit(String(before).trim());
  }
  expect(await storage.size("key")).toBeNull();
});

test("a file that is shorter than its size was fails, and is not cut short", async () => {
  await storage.write("key", stream(randomBytes(2_000_000)));
  const reading = await storage.read("key");
  truncateSync(files()[0] ?? "", 1_000_000);
  await expect(reading.toArray()).rejects.toMatchObject({ failure: "MISSING" });
});

/** What a client gets of a stream that is sent as an answer, when it begins to read after some milliseconds. */
async function sent(bytes: Readable, patience = 0): Promise<Buffer> {
  const server = createServer((_, response) => void bytes.pipe(response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const [response] = await once(get({ port: (server.address() as AddressInfo).port }), "response");
  await sleep(patience);
  const received = await buffer(response);
  server.close();
  return received;
}

test("what is sent is the same bytes, whatever the files they are in and whichever are asked for", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 1_500_000 }), { minLength: 1, maxLength: 4 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(sizes, fc.tuple(share, share), async (partSizes, shares) => {
      const [key, parts] = [randomUUID(), partSizes.map((size) => randomBytes(size))];
      const [id, bytes] = [await storage.beginParts(key), Buffer.concat(parts)];
      const stored = await Promise.all(
        parts.map((part, index) => storage.writePart(key, id, index + 1, stream(part), part.length)),
      );
      await storage.completeParts(key, id, stored);
      const [start = 0, end = 0] = shares
        .map((each) => Math.floor(each * (bytes.length - 1)))
        .sort((a, b) => a - b);
      const received = await sent(await storage.read(key, { start, end }));
      expect(received.equals(bytes.subarray(start, end + 1))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test("a client that reads late gets what stood there when it was sent", async () => {
  const bytes = randomBytes(30_000_000); // more than the system takes meanwhile
  await storage.write("key", stream(bytes));
  expect((await sent(await storage.read("key"), 200)).equals(bytes)).toBe(true);
});

test("a stream that hands on what it is given may keep it", async () => {
  const bytes = randomBytes(5_000_000);
  await storage.write("key", stream(bytes));
  const kept = new PassThrough({ highWaterMark: 10_000_000 });
  (await storage.read("key")).pipe(kept);
  await sleep(100);
  expect((await buffer(kept)).equals(bytes)).toBe(true);
});

test("what is sent has one reader", async () => {
  await storage.write("key", stream(randomBytes(3_000_000)));
  const bytes = await storage.read("key");
  const before = descriptors();
  bytes.pipe(new ServerResponse(new IncomingMessage(new Socket())));
  bytes.pipe(new PassThrough());
  await expect(finished(bytes)).rejects.toThrow("Expected one reader");
  expect(descriptors()).toBe(before - 1);
});

test("a part that is gone, or has another size, cannot be joined", async () => {
  const id = await storage.beginParts("key");
  const part = await storage.writePart("key", id, 1, stream(Buffer.from("bytes")), 5);
  truncateSync(files()[0] ?? "", 4);
  await expect(storage.completeParts("key", id, [part])).rejects.toMatchObject({ failure: "REFUSED" });
  rmSync(files()[0] ?? "");
  await expect(storage.completeParts("key", id, [part])).rejects.toMatchObject({ failure: "MISSING" });
});

test("what is removed while it is written does not come back", async () => {
  async function* source() {
    yield Buffer.from("first");
    await storage.remove("key");
    yield Buffer.from("second");
  }
  await expect(storage.write("key", source())).rejects.toMatchObject({ failure: "MISSING" });
  expect(files()).toEqual([]);
});

test("an upload that is completed many times at once is complete once", async () => {
  const [key, bytes] = [randomUUID(), randomBytes(300_000)];
  const id = await storage.beginParts(key);
  const halves = [bytes.subarray(0, 200_000), bytes.subarray(200_000)];
  const parts = await Promise.all(
    halves.map((half, index) => storage.writePart(key, id, index + 1, stream(half), half.length)),
  );
  const complete = () =>
    new LocalStorage(join(folder, "files", "organization")).completeParts(key, id, parts);
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, complete));
  expect(outcomes.some(({ status }) => status === "fulfilled")).toBe(true);
  await complete();
  expect(Buffer.concat(await (await storage.read(key)).toArray()).equals(bytes)).toBe(true);
});

test("what a crash has left of a write is removed with its key", async () => {
  const id = await storage.beginParts("key");
  writeFileSync(join(folder, "files", "organization", "staging", "key", "arriving-x"), "half");
  await storage.writePart("key", id, 1, stream(Buffer.from("bytes")), 5);
  await storage.remove("key");
  expect(files()).toEqual([]);
});
