import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { openAsBlob, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { run } from "./clients/run.ts";
import { databaseUrl } from "./support/database.ts";
import { until } from "./support/embedded-cluster.ts";
import { addition, answerOn, beginRequest, bodyOf, upload } from "./support/multipart.ts";
import { aModel, aVersion } from "./support/seed.ts";
import { type Data, sender } from "./support/send.ts";
import { aDataDir, startServer, tokenOf } from "./support/server-process.ts";

/** A server in a process of its own, with a version to add files to. */
async function aServerProcess(name: string, more: Record<string, string> = {}) {
  const dataDir = aDataDir();
  const url = await databaseUrl(`${name}_${process.env.TEST_RUN}_${Date.now()}`);
  const server = await startServer({ DATABASE_URL: url, DATA_DIR: dataDir, ...more });
  const token = tokenOf(dataDir);
  const send = sender(server.url, token);
  const ask = async (query: string, variables?: object): Promise<Data> =>
    (await send(query, variables)).body.data;
  const version = await aVersion({ ask }, await aModel({ ask }));
  const proc = `/proc/${server.process.pid}`;
  /** Megabytes. */
  const memory = (of: "VmRSS" | "VmHWM") =>
    Number(new RegExp(`${of}:\\s+(\\d+)`).exec(readFileSync(`${proc}/status`, "utf8"))?.[1]) / 1024;
  const descriptors = () => readdirSync(`${proc}/fd`).map(Number);
  return { ...server, url: server.url, token, version, dataDir, memory, descriptors };
}

const size = 256 * 1024 * 1024;

function aLargeFile(): string {
  const path = join(aDataDir(), "large.bin");
  writeFileSync(path, randomBytes(1_000_000));
  truncateSync(path, size);
  return path;
}

test("256 MB go in by fetch and by curl, through little memory", async () => {
  const server = await aServerProcess("large");
  const idle = server.memory("VmRSS");
  const path = aLargeFile();
  const digest = execFileSync("sha256sum", [path], { encoding: "utf8" }).split(" ")[0];

  const fields = (name: string) => addition(server.version, { name, sha256: digest });
  const form = new FormData();
  for (const [field, value] of Object.entries(fields("fetch"))) form.set(field, JSON.stringify(value));
  form.set("0", await openAsBlob(path), "large.bin");
  const headers = { authorization: `Bearer ${server.token}` };
  const response = await fetch(server.url, { method: "POST", headers, body: form });
  const byFetch = JSON.parse(await response.text());

  const { operations, map } = fields("curl");
  const byCurl = await run("curl", [
    ...["-sS", server.url, "-H", `Authorization: Bearer ${server.token}`],
    ...["-F", `operations=${JSON.stringify(operations)}`, "-F", `map=${JSON.stringify(map)}`],
    ...["-F", `0=@${path}`],
  ]);
  for (const [name, answer] of Object.entries({ fetch: byFetch, curl: JSON.parse(byCurl) })) {
    expect(answer.data.createModelFile).toMatchObject({
      modelFile: { name, size, sha256: digest, filename: "large.bin" },
      userErrors: [],
    });
  }
  expect(server.memory("VmHWM") - idle).toBeLessThan(128);
  expect(await server.end()).toBe(0);
});

test("a server that has no more descriptors says so, keeps nothing, and recovers", async () => {
  const server = await aServerProcess("descriptors", { DATABASE_POOL_SIZE: "2" });
  await upload(server, server.version, "a", { name: "first" }); // its connections to the database are there
  const body = bodyOf(addition(server.version), [{ bytes: randomBytes(100_000) }]);
  const before = server.descriptors().length;
  const socket = await beginRequest(server, body.length, ["connection: close"]);
  await until(() => server.descriptors().length > before);
  const limit = (count: number) =>
    execFileSync("prlimit", ["--pid", String(server.process.pid), `--nofile=${count}:4096`]);
  const used = server.descriptors();
  limit([...used.keys(), used.length].find((number) => !used.includes(number)) ?? 0); // the next one's number
  socket.write(body);
  const { status, body: answer } = await answerOn(socket);
  limit(1024);
  expect([status, answer.errors]).toMatchObject([503, [{ extensions: { code: "STORAGE_UNAVAILABLE" } }]]);
  expect((await upload(server, server.version, "b")).userErrors).toEqual([]);
  expect(await server.end()).toBe(0);
});
