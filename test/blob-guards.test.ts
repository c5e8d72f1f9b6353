import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";
import { defaultConnector } from "../src/storage-connector/storages.ts";
import { until } from "./support/embedded-cluster.ts";
import { waiters } from "./support/locks.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aFile, aModel, aVersion, uuid } from "./support/seed.ts";

const [beingRemoved, inUse] = ["these bytes are being removed", "something refers to these bytes"];

async function aBlob(registry: Registry, state = "STAGED", sha256 = randomBytes(32)): Promise<string> {
  const { db, organizationId } = registry;
  const { id: connectorId } = await defaultConnector(db, organizationId);
  const id = uuidv7();
  await db.query(
    `insert into blob (id, organization_id, storage_connector_id, state, size, sha256, format)
     values ($1, $2, $3, $4, 100, $5, 'UNKNOWN')`,
    [id, organizationId, connectorId, state, sha256],
  );
  return id;
}

async function aVersionAndBlob() {
  const registry = await aRegistry();
  const versionId = uuid(await aVersion(registry, await aModel(registry)));
  return { registry, versionId, blobId: await aBlob(registry) };
}

interface Runner {
  query(sql: string, params?: unknown[]): Promise<unknown>;
}

function refer(db: Runner, { organizationId, userId }: Registry, versionId: string, blobId: string) {
  return db.query(
    `insert into model_file (id, organization_id, model_version_id, name, filename, blob_id, created_by_id)
     values (gen_random_uuid(), $1, $2, gen_random_uuid(), 'best.pt', $3, $4)`,
    [organizationId, versionId, blobId, userId],
  );
}

function upload(db: Runner, { organizationId, userId }: Registry, versionId: string, blobId: string) {
  return db.query(
    `insert into pending_upload (id, organization_id, model_version_id, name, filename, blob_id, created_by_id,
       replace, size, part_size, part_count, expires_at)
     values (gen_random_uuid(), $1, $2, 'weights', 'best.pt', $3, $4, false, 100, 100, 1, now())`,
    [organizationId, versionId, blobId, userId],
  );
}

async function keep(db: Runner, { organizationId, userId }: Registry, _version: string, blobId: string) {
  const id = uuidv7();
  await db.query(
    `insert into experiment (id, organization_id, name, type, created_by_id) values ($1, $2, $1::uuid::text, 'LINE', $3)`,
    [id, organizationId, userId],
  );
  return db.query(
    `insert into artifact (id, organization_id, experiment_id, name, filename, blob_id, created_by_id)
     values (gen_random_uuid(), $1, $2, 'weights', 'best.pt', $3, $4)`,
    [organizationId, id, blobId, userId],
  );
}

const doom = (db: Runner, blobId: string) =>
  db.query("update blob set state = 'DOOMED' where id = $1", [blobId]);

test.each([
  ["a file", refer],
  ["an upload", upload],
  ["an artifact", keep],
])("%s cannot refer to doomed bytes, nor can its bytes be doomed", async (_what, use) => {
  const { registry, versionId, blobId } = await aVersionAndBlob();
  const other = await aBlob(registry);
  await doom(registry.db, other);
  await expect(use(registry.db, registry, versionId, other)).rejects.toThrow(beingRemoved);
  await use(registry.db, registry, versionId, blobId);
  await expect(doom(registry.db, blobId)).rejects.toThrow(inUse);
  const move = "update model_file set blob_id = $1 where blob_id = $2";
  if (use === refer) await expect(registry.db.query(move, [other, blobId])).rejects.toThrow(beingRemoved);
});

test("bytes of a file in the trash cannot be doomed", async () => {
  const registry = await aRegistry();
  const id = await aFile(registry, await aVersion(registry, await aModel(registry)));
  await registry.ask("mutation ($id: ID!) { deleteModelFile(id: $id) { userErrors { code } } }", {
    id: `ModelFile_${id.replaceAll("-", "")}`,
  });
  const [{ blob_id }] = await registry.db.query("select blob_id from model_file where id = $1", [id]);
  await expect(doom(registry.db, blob_id)).rejects.toThrow(inUse);
});

/** Two transactions at once: the second one waits for the first, and then fails. */
async function inTurn(registry: Registry, first: (db: Runner) => Promise<unknown>, second: typeof first) {
  const [one, other] = [registry.db.createQueryRunner(), registry.db.createQueryRunner()];
  try {
    for (const runner of [one, other]) await runner.startTransaction();
    await first(one);
    const outcome = second(other).then(
      () => "done",
      (error: Error) => error.message,
    );
    await until(async () => (await waiters(registry.db)) === 1);
    await one.commitTransaction();
    return await outcome;
  } finally {
    await other.rollbackTransaction();
    for (const runner of [one, other]) await runner.release();
  }
}

test.each([
  ["a file", refer],
  ["an upload", upload],
  ["an artifact", keep],
])("of %s and a doom at the same moment the first one wins", async (_what, use) => {
  const { registry, versionId, blobId } = await aVersionAndBlob();
  const refers = (db: Runner) => use(db, registry, versionId, blobId);
  const dooms = (db: Runner) => doom(db, blobId);
  expect(await inTurn(registry, refers, dooms)).toBe(inUse);
  for (const table of ["model_file", "pending_upload", "artifact"])
    await registry.db.query(`delete from ${table} where blob_id = $1`, [blobId]);
  expect(await inTurn(registry, dooms, refers)).toBe(beingRemoved);
});

test("of a purge and a doom at the same moment, the doom waits for none, and sees the file", async () => {
  const { registry, versionId, blobId } = await aVersionAndBlob();
  await refer(registry.db, registry, versionId, blobId);
  const runner = registry.db.createQueryRunner();
  await runner.startTransaction();
  await runner.query("delete from model_file where blob_id = $1", [blobId]);
  await expect(doom(registry.db, blobId)).rejects.toThrow(inUse);
  await runner.commitTransaction();
  await runner.release();
  const queue = await registry.db.query("select blob_id from blob_release where blob_id = $1", [blobId]);
  expect(queue).toEqual([{ blob_id: blobId }]);
  await doom(registry.db, blobId);
});

test("what ceases to refer to bytes puts them into the queue", async () => {
  const { registry, versionId, blobId } = await aVersionAndBlob();
  const [other, third] = [await aBlob(registry), await aBlob(registry)];
  await refer(registry.db, registry, versionId, blobId);
  await upload(registry.db, registry, versionId, third);
  await registry.db.query("update model_file set blob_id = $1 where blob_id = $2", [other, blobId]);
  await registry.db.query("delete from pending_upload where blob_id = $1", [third]);
  await registry.db.query("delete from model_file where blob_id = $1", [other]);
  const queue = await registry.db.query(
    "select blob_id from blob_release where blob_id = any($1) order by id",
    [[blobId, other, third]],
  );
  expect(queue.map(({ blob_id }: { blob_id: string }) => blob_id)).toEqual([blobId, third, other]);
});

test("a doomed blob is nothing else any more, and only that can go", async () => {
  const { registry, blobId } = await aVersionAndBlob();
  await expect(registry.db.query("delete from blob where id = $1", [blobId])).rejects.toThrow(
    "blob is frozen",
  );
  await doom(registry.db, blobId);
  await expect(registry.db.query("update blob set state = 'READY' where id = $1", [blobId])).rejects.toThrow(
    "blob is frozen",
  );
  await registry.db.query("delete from blob where id = $1", [blobId]);
});

test.each(["sha256", "size", "format"])("READY bytes have a %s", async (column) => {
  const { registry, blobId } = await aVersionAndBlob();
  await expect(
    registry.db.query(`update blob set state = 'READY', ${column} = null where id = $1`, [blobId]),
  ).rejects.toThrow("blob_read");
});

test("a digest is READY once in a connector, and what is not READY yet has it as often as it likes", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const sha256 = randomBytes(32);
  await aBlob(registry, "READY", sha256);
  await aBlob(registry, "STAGED", sha256);
  const corrupt = await aBlob(registry, "CORRUPT", sha256);
  await expect(aBlob(registry, "READY", sha256)).rejects.toThrow("blob_digest_once");
  await expect(registry.db.query("update blob set state = 'READY' where id = $1", [corrupt])).rejects.toThrow(
    "blob_digest_once",
  );
  await aBlob(other, "READY", sha256);
});

test("bytes of another organization, and a storage of another one, cannot be referred to", async () => {
  const { registry, versionId, blobId } = await aVersionAndBlob();
  const stranger = await aRegistry();
  const theirs = await aBlob(stranger);
  for (const use of [refer, upload])
    await expect(use(registry.db, registry, versionId, theirs)).rejects.toThrow("blob_id_fkey");
  const { id: connector } = await defaultConnector(registry.db, stranger.organizationId);
  await expect(
    registry.db.query("update blob set storage_connector_id = $2 where id = $1", [blobId, connector]),
  ).rejects.toThrow("storage_connector_id_fkey");
});

test("a file's entry in the trash says which version it was in, and no other does", async () => {
  const { registry, versionId } = await aVersionAndBlob();
  const entry = (kind: string, version: string | null) =>
    registry.db.query(
      `insert into trash_entry (id, organization_id, kind, name, deleted_by_id, purge_at, model_version_id)
       values (gen_random_uuid(), $1, $2, 'weights', $3, now(), $4)`,
      [registry.organizationId, kind, registry.userId, version],
    );
  await expect(entry("MODEL_FILE", null)).rejects.toThrow("trash_entry_place");
  await expect(entry("MODEL_VERSION", versionId)).rejects.toThrow("trash_entry_place");
  const theirs = await aVersionAndBlob();
  await expect(entry("MODEL_FILE", theirs.versionId)).rejects.toThrow("model_version_id_fkey");
});
