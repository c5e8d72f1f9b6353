import { createHash } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";
import { createDataSource } from "../src/data-source.ts";
import { newSecretKey } from "../src/keyring.ts";
import { limits } from "../src/limits.ts";
import { databaseUrl } from "./support/database.ts";
import { until } from "./support/embedded-cluster.ts";
import { anUpload, complete, pendingUpload, sendParts, someBytes, urlOf } from "./support/parts.ts";
import { aModel, aVersion } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aDataDir, type ServerProcess, startServer, tokenOf } from "./support/server-process.ts";

const large = someBytes(limits.partSize + 1_000_000);
const sha256 = createHash("sha256").update(large).digest("hex");

let db: DataSource;
let env: { DATABASE_URL: string; DATA_DIR: string; SECRET_KEYS: string };
let server: ServerProcess;
let version: string;

/** Asks whichever server runs at the moment. */
const ask = (query: string, variables?: object) => askOf(server)(query, variables);

const askOf = (one: ServerProcess) => async (query: string, variables?: object) => {
  const { body } = await sender(one.url, tokenOf(env.DATA_DIR))(query, variables);
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data;
};

beforeAll(async () => {
  const url = await databaseUrl(`parts_${process.env.TEST_RUN}`);
  env = { DATABASE_URL: url, DATA_DIR: aDataDir(), SECRET_KEYS: newSecretKey() };
  server = await startServer(env);
  db = await createDataSource(url).initialize();
  version = await aVersion({ ask }, await aModel({ ask }));
});

afterAll(() => db.destroy());

async function killServer(): Promise<void> {
  await server.end("SIGKILL");
  server = await startServer(env);
}

async function isRead(id: string): Promise<void> {
  const query = "query ($id: ID!) { node(id: $id) { ... on ModelFile { status sha256 } } }";
  const read = async () => (await ask(query, { id })).node;
  await until(async () => (await read()).status !== "VERIFYING");
  expect(await read()).toEqual({ status: "READY", sha256 });
}

/** Sends some of a part, and leaves the request open. */
async function sendSome(id: string, number: number): Promise<void> {
  const sending = request(await urlOf(ask, id, number), {
    method: "PUT",
    headers: { "content-length": limits.partSize },
  });
  sending.on("error", () => {});
  await new Promise((sent) => sending.write(large.subarray(0, 3_000_000), sent));
}

test.each(["beginning", "a part", "half a part", "all parts", "completing"])(
  "a server that is killed after %s is gone on with by the next one",
  async (step) => {
    const killAfter = async (done: string) => {
      if (done === step) await killServer();
    };
    const { id } = await anUpload(ask, version, large, { name: step, sha256 });
    await killAfter("beginning");
    const upload = await pendingUpload(ask, id);
    if (step === "half a part") await sendSome(id, 1);
    await killAfter("half a part");
    const parts = await sendParts(ask, upload, large, [1]);
    await killAfter("a part");
    expect(await pendingUpload(ask, id)).toMatchObject({ parts: [{ number: 1, size: limits.partSize }] });
    parts.push(...(await sendParts(ask, upload, large, [2])));
    await killAfter("all parts");
    const { modelFile } = await complete(ask, id, parts);
    await killAfter("completing");
    await db.query("update blob set check_at = now() - interval '1 s' where check_at is not null"); // the lease of who was killed is over
    expect((await complete(ask, id, parts)).modelFile.id).toBe(modelFile.id);
    await isRead(modelFile.id);
  },
);

test("one server takes the parts, another one the completion, and either reads them", async () => {
  const other = await startServer(env);
  const upload = await anUpload(ask, version, large, { name: "two servers" });
  const [one, two] = [
    await sendParts(ask, upload, large, [1]),
    await sendParts(askOf(other), upload, large, [2]),
  ];
  const { modelFile } = await complete(askOf(other), upload.id, [...one, ...two]);
  await isRead(modelFile.id);
  expect(await other.end()).toBe(0);
});
