import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, expect, jest, test } from "@jest/globals";
import { type FastifyInstance, fastify } from "fastify";
import { sendFiles } from "../src/file/send-files.ts";
import { answerErrorsAsGraphQL } from "../src/http/http-errors.ts";
import { LocalStorage } from "../src/storage-connector/local-storage.ts";
import type { ReadHeaders } from "../src/storage-connector/storage.ts";
import type { StorageConnector } from "../src/storage-connector/storage-connector.ts";
import { Storages } from "../src/storage-connector/storages.ts";
import { aDownload, refusalOf } from "./support/download.ts";
import { until } from "./support/embedded-cluster.ts";
import { diskPathOf } from "./support/files.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { uuid } from "./support/seed.ts";
import { filesDir, testKeyring } from "./support/test-server.ts";

const small = Buffer.from("weights");
/** More than the buffers of a connection hold. */
const large = randomBytes(20_000_000);

const apps: FastifyInstance[] = [];
afterAll(() => Promise.all(apps.map((app) => app.close())));

/** A server that has nothing but files. */
async function aFileServer(
  { db }: Registry,
  { storages = new Storages(filesDir), patience = 60_000 } = {},
): Promise<string> {
  const app = fastify();
  answerErrorsAsGraphQL(app);
  sendFiles(app, { db, keyring: testKeyring, storages }, patience);
  apps.push(app);
  return app.listen({ host: "127.0.0.1", port: 0 });
}

/** Sends a GET, and reads nothing unless it is told to. */
function ask(url: string): Socket {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.pause();
  socket.write(requestFor(url));
  return socket;
}

function requestFor(url: string): string {
  const { host, pathname, search } = new URL(url);
  return `GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
}

async function toCheck({ db }: Registry, fileId: string): Promise<boolean> {
  const [{ due }] = await db.query(
    `select coalesce(b.check_at <= now(), false) as due from model_file f join blob b on b.id = f.blob_id where f.id = $1`,
    [uuid(fileId)],
  );
  return due;
}

test.each<[string, (path: string) => void]>([
  ["shorter", (path) => truncateSync(path, 6)],
  ["longer", (path) => writeFileSync(path, "weights!")],
  ["empty", (path) => truncateSync(path, 0)],
  ["gone", (path) => rmSync(path)],
])("what has become %s on the disk is not sent, and will be looked at", async (_what, damage) => {
  const registry = await aRegistry();
  const { url, fileId } = await aDownload(registry, small);
  damage(await diskPathOf(registry, fileId));
  expect(await toCheck(registry, fileId)).toBe(false);
  for (const headers of [{}, { range: "bytes=0-1" }] as { [name: string]: string }[])
    expect(await refusalOf(await fetch(url, { headers }))).toEqual([500, "FILE_DAMAGED"]);
  expect((await fetch(url, { method: "HEAD" })).status).toBe(500);
  expect(await toCheck(registry, fileId)).toBe(true);
});

test("what becomes shorter while it is sent ends with an error, and will be looked at", async () => {
  const registry = await aRegistry();
  const { url, fileId } = await aDownload(registry, large);
  const response = await fetch(url);
  truncateSync(await diskPathOf(registry, fileId), 15_000_000);
  expect([response.status, response.headers.get("content-length")]).toEqual([200, "20000000"]);
  await expect(response.arrayBuffer()).rejects.toThrow("terminated");
  await until(() => toCheck(registry, fileId));
});

test("downloads that are broken off leave nothing open", async () => {
  const registry = await aRegistry();
  const { url } = await aDownload(registry, large);
  await (await fetch(url)).arrayBuffer();
  const open = () => readdirSync("/proc/self/fd").length;
  const before = open();
  for (let count = 0; count < 50; count += 1) {
    const client = new AbortController();
    const response = await fetch(url, { signal: client.signal });
    if (count % 2) await response.body?.getReader().read();
    client.abort();
  }
  await until(async () => open() <= before);
});

test.each(["before", "after"])(
  "of many downloads on one connection that ends during the first, none stays open that was opened %s that",
  async (when) => {
    const registry = await aRegistry();
    const { url } = await aDownload(registry, large);
    let end = () => {};
    const ended = when === "after" ? new Promise<void>((resolve) => (end = resolve)) : undefined;
    const [streams, real]: [Readable[], LocalStorage["read"]] = [[], LocalStorage.prototype.read];
    const asked = jest.spyOn(LocalStorage.prototype, "read").mockImplementation(async function (
      this: LocalStorage,
      ...blob
    ) {
      await ended;
      const stream = await Reflect.apply(real, this, blob);
      streams.push(stream);
      return stream;
    });
    const socket = ask(url);
    for (let count = 1; count < 16; count += 1) socket.write(requestFor(url));
    await until(() => (ended ? asked.mock.calls : streams).length === 16);
    socket.destroy();
    await delay(50); // the server is told, and if it is not yet, nothing else is tested than in the other case
    end();
    await until(() => streams.length === 16 && streams.every(({ closed }) => closed));
    asked.mockRestore();
  },
);

test("a reader that takes nothing holds up nobody", async () => {
  const registry = await aRegistry();
  const { url } = await aDownload(registry, large);
  const stalled = Array.from({ length: 20 }, () => ask(url));
  const digest = createHash("sha256").update(Buffer.from(await (await fetch(url)).arrayBuffer()));
  expect(digest.digest("hex")).toBe(createHash("sha256").update(large).digest("hex"));
  for (const socket of stalled) socket.destroy();
});

test("a reader that takes nothing for too long is given up, and sees that it has not got everything", async () => {
  const registry = await aRegistry();
  const { url } = await aDownload(registry, large);
  const address = await aFileServer(registry, { patience: 200 });
  const socket = ask(url.replace(new URL(url).origin, address));
  const server = apps.at(-1)?.server;
  await once(server ?? socket, "connection");
  await until(async () => (await connectionsOf(server)) === 0);
  let got = 0;
  socket.on("data", (chunk) => {
    got += chunk.length;
  });
  socket.resume();
  await once(socket, "close");
  expect(got).toBeLessThan(large.length);
});

test("a storage that clients can read themselves is where they are sent", async () => {
  const registry = await aRegistry();
  const { url, fileId } = await aDownload(registry, small, { filename: "é.onnx", contentType: "text/plain" });
  const asked: unknown[] = [];
  const storages = new (class extends Storages {
    override open(connector: StorageConnector) {
      return Object.assign(super.open(connector), {
        async readUrl(key: string, expiresIn: number, headers: ReadHeaders) {
          asked.push([expiresIn, headers]);
          return `https://storage.example.com/${key}`;
        },
      });
    }
  })(filesDir);
  const elsewhere = url.replace(new URL(url).origin, await aFileServer(registry, { storages }));
  const response = await fetch(elsewhere, { redirect: "manual", headers: { range: "bytes=0-1" } });
  expect([response.status, response.headers.get("location")]).toEqual([
    302,
    expect.stringMatching(/^https:\/\/storage\.example\.com\/[0-9a-f-]{36}$/),
  ]);
  expect(response.headers.get("cache-control")).toBe("no-store");
  const contentDisposition = `attachment; filename="_.onnx"; filename*=UTF-8''%C3%A9.onnx`;
  expect(asked).toEqual([[60, { contentType: "text/plain", contentDisposition }]]);
  const head = await fetch(elsewhere, { method: "HEAD", redirect: "manual" });
  expect([head.status, head.headers.get("content-length")]).toEqual([200, "7"]);

  rmSync(await diskPathOf(registry, fileId));
  expect(await refusalOf(await fetch(elsewhere))).toEqual([500, "FILE_DAMAGED"]);
});

function connectionsOf(server: FastifyInstance["server"] | undefined): Promise<number> {
  return new Promise((resolve) => server?.getConnections((_error, count) => resolve(count)));
}
