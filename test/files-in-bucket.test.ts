import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { newSecretKey } from "../src/keyring.ts";
import { databaseUrl } from "./support/database.ts";
import { addition, sendForm } from "./support/multipart.ts";
import { aStorageConnector } from "./support/people.ts";
import type { Registry } from "./support/registry.ts";
import { S3StandIn } from "./support/s3-stand-in.ts";
import { aModel, aVersion } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aDataDir, runAdmin, startServer, tokenOf } from "./support/server-process.ts";
import { deleteFile, purgeFile } from "./support/settings.ts";

const store = new S3StandIn();
const bytes = Buffer.from("of a network");
const tag = `"sha256-${createHash("sha256").update(bytes).digest("hex")}"`;
const env: { [name: string]: string } = {};
let registry: Pick<Registry, "url" | "token" | "ask">;
let versionId: string;

beforeAll(async () => {
  env.DATABASE_URL = await databaseUrl(`files_in_bucket_${process.env.TEST_RUN}`);
  env.DATA_DIR = aDataDir();
  env.SECRET_KEYS = newSecretKey();
  const { url } = await startServer(env);
  const token = tokenOf(env.DATA_DIR);
  const send = sender(url, token);
  registry = { url, token, ask: async (query, variables) => (await send(query, variables)).body.data };
  const id = await aStorageConnector(registry, await store.open());
  const choose = "mutation ($id: ID!) { setDefaultStorageConnector(id: $id) { userErrors { message } } }";
  await registry.ask(choose, { id });
  versionId = await aVersion(registry, await aModel(registry));
});
afterAll(() => store.close());

/** A file that was sent in one request, and where it can be had. */
async function aFileInBucket(name: string, content = bytes): Promise<{ id: string; url: string }> {
  const { body } = await sendForm(registry, addition(versionId, { name }), [{ bytes: content }]);
  const { id } = body.data.createModelFile.modelFile;
  const { node } = await registry.ask(
    "query ($id: ID!) { node(id: $id) { ... on ModelFile { downloadUrl } } }",
    {
      id,
    },
  );
  return { id, url: node.downloadUrl };
}

test("a file that is sent in one request goes to the bucket, and comes back from there", async () => {
  const { url } = await aFileInBucket("plain");
  expect([...store.objects]).toHaveLength(1);
  const { url: from, status, headers } = await fetch(url);
  expect([new URL(from).host === new URL(url).host, status]).toEqual([false, 200]);
  expect(headers.get("content-disposition")).toContain("attachment");
  expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(bytes);
  expect(await (await fetch(url, { headers: { range: "bytes=3-5" } })).text()).toBe("a n");
});

test("what a client asks about the registry's own tag, the store is not asked", async () => {
  const { url } = await aFileInBucket("conditions");
  const answerTo = async (headers: { [name: string]: string }) => {
    const response = await fetch(url, { headers, redirect: "manual" });
    return [response.status, response.status === 302 ? "" : await response.text()];
  };
  const range = "bytes=3-5";
  expect((await fetch(url, { method: "HEAD" })).headers.get("etag")).toBe(tag);
  expect(await answerTo({ "if-none-match": tag })).toEqual([304, ""]);
  expect(await answerTo({ "if-match": tag })).toEqual([200, "of a network"]);
  expect(await answerTo({ "if-range": tag, range })).toEqual([206, "a n"]);
  expect(await answerTo({ "if-range": '"sha256-of-others"', range })).toEqual([200, "of a network"]);
  expect(await answerTo({ "if-range": '"of-the-store"', range })).toEqual([302, ""]);
});

test("a sweep by hand removes what is in a bucket, and fails when it cannot", async () => {
  const { id } = await aFileInBucket("gone", Buffer.from("of another network"));
  const before = store.objects.size;
  await registry.ask(deleteFile, { id });
  await registry.ask(purgeFile, { id });

  const { SECRET_KEYS: _, ...withoutKeys } = env;
  const failed = await runAdmin(withoutKeys, ["sweep"]);
  expect([failed.code, store.objects.size]).toEqual([1, before]);
  expect(failed.output).toContain("The key that its secret access key is encrypted with is missing.\n");
  const swept = await runAdmin(env, ["sweep"]);
  expect([swept.code, store.objects.size]).toEqual([0, before - 1]);
  expect(swept.output).toContain("1 times bytes that nothing refers to, 18 together");
});
