import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, jest, test } from "@jest/globals";
import { limits } from "../src/limits.ts";
import { sweep } from "../src/sweep/sweep.ts";
import { until } from "./support/embedded-cluster.ts";
import { addition, answerOn, beginRequest, bodyOf, sendForm } from "./support/multipart.ts";
import { aStorageConnector } from "./support/people.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { S3StandIn } from "./support/s3-stand-in.ts";
import { aModel, aVersion } from "./support/seed.ts";
import { filesDir, storages } from "./support/test-server.ts";

afterEach(() => {
  jest.restoreAllMocks();
});

async function aVersionOf(registry: Registry): Promise<string> {
  return aVersion(registry, await aModel(registry));
}

const blobsOf = ({ db, organizationId }: Registry) =>
  db.query(
    `select id, state, touched_at > clock_timestamp() - interval '1 hour' as alive from blob
     where organization_id = $1 order by id`,
    [organizationId],
  );

test("a file whose request brings more files is alive for as long as they take", async () => {
  jest.replaceProperty(limits, "heartbeat", 20 as never);
  const registry = await aRegistry();
  const variables = { id: await aVersionOf(registry), a: null, b: null };
  const query = `mutation ($id: ID!, $a: Upload!, $b: Upload!) {
    a: createModelFile(modelVersionId: $id, input: { name: "a", file: $a }) { userErrors { message } }
    b: createModelFile(modelVersionId: $id, input: { name: "b", file: $b }) { userErrors { message } }
  }`;
  const body = bodyOf({ operations: { query, variables }, map: { 0: ["variables.a"], 1: ["variables.b"] } }, [
    { bytes: "first" },
    { part: "1", bytes: "x".repeat(100_000) },
  ]);
  const socket = await beginRequest(registry, body.length, ["connection: close"]);
  try {
    socket.write(body.subarray(0, -1_000));
    await until(async () => (await blobsOf(registry)).length === 2);
    await until(() => readdirSync(join(filesDir, registry.organizationId, "staging")).length === 1); // the first is there
    await registry.db.query(
      "update blob set touched_at = touched_at - interval '2 hours' where organization_id = $1", // so long ago
      [registry.organizationId],
    );
    await registry.db.query("select pg_sleep(0.3)"); // many heartbeats
    expect(await blobsOf(registry)).toMatchObject([{ alive: true }, { alive: true }]);
    socket.write(body.subarray(-1_000));
    const { body: answer } = await answerOn(socket);
    expect(answer).toEqual({ data: { a: { userErrors: [] }, b: { userErrors: [] } } });
  } finally {
    socket.destroy();
  }
});

test("what an object store takes after it was given up is removed by the next sweep", async () => {
  const store = new S3StandIn();
  const registry = await aRegistry();
  const id = await aStorageConnector(registry, await store.open());
  await registry.ask("mutation ($id: ID!) { setDefaultStorageConnector(id: $id) { userErrors { code } } }", {
    id,
  });
  store.break("PutObject", "reset", "reset", "reset");
  const { body } = await sendForm(registry, addition(await aVersionOf(registry)), [{ bytes: "late" }]);
  expect(body.errors).toMatchObject([{ extensions: { code: "STORAGE_UNAVAILABLE" } }]);
  const [blob, ...others] = await blobsOf(registry);
  expect([blob.state, others]).toEqual(["DOOMED", []]);

  store.objects.set(blob.id, { files: [], lastModified: new Date() });
  const onError = (error: unknown) => {
    throw error;
  };
  await sweep(registry.db, storages, { onError });
  expect([[...store.objects.keys()], await blobsOf(registry)]).toEqual([[], []]);
  await store.close();
});
