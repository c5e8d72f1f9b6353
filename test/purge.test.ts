import { expect, test } from "@jest/globals";
import { createDataSource } from "../src/data-source.ts";
import { toGlobalId } from "../src/node/id.ts";
import { Storages } from "../src/storage-connector/storages.ts";
import { startSweep } from "../src/sweep/start-sweep.ts";
import { sweep as sweepAll } from "../src/sweep/sweep.ts";
import { databaseUrl } from "./support/database.ts";
import { until } from "./support/embedded-cluster.ts";
import { waiters } from "./support/locks.ts";
import { aRegistry, type Registry, statementsOf } from "./support/registry.ts";
import { aFile, aModel, aSourceExperiment, aVersion, uuid, wholeForm } from "./support/seed.ts";
import { type Data, sender } from "./support/send.ts";
import { aDataDir, startServer, tokenOf } from "./support/server-process.ts";
import {
  deleteModel,
  deleteVersion,
  listTrash,
  purgeModel,
  purgeVersion,
  readTombstone,
  restoreModel,
  restoreVersion,
} from "./support/settings.ts";
import { filesDir } from "./support/test-server.ts";

/** What a sweep would do in so many days; an entry that cannot be purged fails the test. */
async function sweep({ db }: Registry, days: number, signal?: AbortSignal): Promise<void> {
  const now = new Date(Date.now() + days * 86_400_000);
  const told: unknown[] = [];
  const onError = (error: unknown) => void told.push(error);
  await sweepAll(db, new Storages(filesDir), { now, onError, ...(signal && { signal }) });
  expect(told).toEqual([]);
}

async function wholeVersion(registry: Registry, modelId: string, name: string): Promise<string> {
  const id = await aVersion(registry, modelId, { ...wholeForm, name });
  await aFile(registry, id);
  await aSourceExperiment(registry, id);
  return id;
}

/** How many rows refer to the version from tables that are a part of it: those that would go with its row. */
async function partsOf({ db }: Registry, id: string): Promise<number> {
  const tables: { name: string }[] = await db.query(
    `select conrelid::regclass::text as name from pg_constraint
     where confrelid = 'model_version'::regclass and contype = 'f' and confdeltype = 'c'`,
  );
  expect(tables.length).toBeGreaterThanOrEqual(5);
  let count = 0;
  for (const { name } of tables) {
    const found: unknown[] = await db.query(`select from ${name} where model_version_id = $1`, [uuid(id)]);
    count += found.length;
  }
  return count;
}

const tombstoneOf = async (registry: Registry, id: string) =>
  (await registry.ask(readTombstone, { id })).tombstone;

test("of a purged version a tombstone is left, and its number stays its own", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry, { name: "PPE" });
  const id = await wholeVersion(registry, modelId, "yolox");
  await registry.ask(deleteVersion, { id });
  expect(await partsOf(registry, id)).toBe(8);
  expect(await tombstoneOf(registry, id)).toBeNull();

  const { purgeModelVersion } = await registry.ask(purgeVersion, { id });
  expect(purgeModelVersion).toEqual({
    tombstone: {
      ...{ kind: "MODEL_VERSION", name: "yolox", version: 1, modelName: "PPE" },
      ...{ deletedBy: { name: "Ada Lovelace" }, deletedAt: expect.any(String) },
      ...{ purgedBy: { name: "Ada Lovelace" }, purgedAt: expect.any(String) },
    },
    userErrors: [],
  });
  expect(await tombstoneOf(registry, id)).toEqual(purgeModelVersion.tombstone);
  expect(await partsOf(registry, id)).toBe(0);
  const [row] = await registry.db.query(
    "select description, framework, label_count, trainable, deployable from model_version where id = $1",
    [uuid(id)],
  );
  expect(Object.values(row)).toEqual([null, null, 0, false, false]);

  for (const operation of [purgeVersion, restoreVersion, deleteVersion]) {
    const [answer] = Object.values<object>(await registry.ask(operation, { id }));
    expect(answer).toMatchObject({ userErrors: [{ code: "NOT_FOUND", field: ["id"] }] });
  }
  expect((await registry.ask("query ($id: ID!) { node(id: $id) { id } }", { id })).node).toBeNull();
  expect((await registry.ask(listTrash)).trash.totalCount).toBe(0);
  const next = await aVersion(registry, modelId, { name: "yolox" });
  const { modelVersion } = await registry.ask(
    "query ($id: ID!) { modelVersion(by: { id: $id }) { version } }",
    { id: next },
  );
  expect(modelVersion).toEqual({ version: 2 });
});

test("a model is purged with all its versions, those too that were deleted before it", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry, { name: "PPE", description: "On building sites." });
  const [a, b] = [await wholeVersion(registry, modelId, "a"), await wholeVersion(registry, modelId, "b")];
  await registry.ask(deleteVersion, { id: a });
  await registry.ask(deleteModel, { id: modelId, cascade: true });
  const alone = await registry.ask(purgeVersion, { id: b });
  expect(alone.purgeModelVersion).toMatchObject({
    tombstone: null,
    userErrors: [{ code: "CONFLICT", field: ["id"] }],
  });

  const { purgeModel: purged } = await registry.ask(purgeModel, { id: modelId });
  expect(purged).toMatchObject({
    tombstone: { kind: "MODEL", name: "PPE", version: null, modelName: null },
    userErrors: [],
  });
  expect(await tombstoneOf(registry, a)).toMatchObject({ name: "a", version: 1, modelName: "PPE" });
  expect(await tombstoneOf(registry, b)).toMatchObject({ name: "b", version: 2, modelName: "PPE" });
  expect([await partsOf(registry, a), await partsOf(registry, b)]).toEqual([0, 0]);
  expect((await registry.ask(listTrash)).trash.nodes).toEqual([]);
  const { restoreModel: restored } = await registry.ask(restoreModel, { id: modelId });
  expect(restored).toMatchObject({ model: null, userErrors: [{ code: "NOT_FOUND", field: ["id"] }] });
  await aModel(registry, { name: "PPE" });
});

test("a version of a model in the trash is purged by itself when it was deleted by itself", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const id = await aVersion(registry, modelId);
  await registry.ask(deleteVersion, { id });
  await registry.ask(deleteModel, { id: modelId });
  expect((await registry.ask(purgeVersion, { id })).purgeModelVersion.userErrors).toEqual([]);
  expect((await registry.ask(restoreModel, { id: modelId })).restoreModel.model.versionCount).toBe(0);
});

test("a tombstone is not shown to others, nor under an id of the wrong type", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const modelId = await aModel(registry);
  const id = await aVersion(registry, modelId);
  await registry.ask(deleteVersion, { id });
  await registry.ask(purgeVersion, { id });
  expect(await tombstoneOf(other, id)).toBeNull();
  expect(await tombstoneOf(registry, toGlobalId("Model", uuid(id)))).toBeNull();
  expect(await tombstoneOf(registry, modelId)).toBeNull();
  await registry.ask(deleteModel, { id: modelId });
  await registry.ask(purgeModel, { id: modelId });
  expect(await tombstoneOf(registry, modelId)).toMatchObject({ kind: "MODEL" });
  expect(await tombstoneOf(other, modelId)).toBeNull();
  const { body } = await registry.send(readTombstone, { id: `User_${id.slice(-32)}` });
  expect(body.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", field: ["id"] } }]);
});

test("what has been in the trash for 30 days is purged, by nobody", async () => {
  const registry = await aRegistry();
  const [modelId, kept] = [await aModel(registry, { name: "PPE" }), await aModel(registry)];
  const [id, other] = [await wholeVersion(registry, modelId, "a"), await aVersion(registry, kept)];
  await registry.ask(deleteModel, { id: modelId, cascade: true });
  await registry.ask(deleteVersion, { id: other });
  await registry.db.query("update trash_entry set purge_at = purge_at + interval '1 day' where id = $1", [
    uuid(other),
  ]);

  await sweep(registry, 29.9);
  expect((await registry.ask(listTrash)).trash.totalCount).toBe(2);
  await sweep(registry, 30.1);
  expect((await registry.ask(listTrash)).trash.nodes).toMatchObject([{ objectId: other }]);
  expect(await tombstoneOf(registry, modelId)).toMatchObject({ name: "PPE", purgedBy: null });
  expect(await tombstoneOf(registry, id)).toMatchObject({ name: "a", version: 1, purgedBy: null });
  expect(await partsOf(registry, id)).toBe(0);
  await registry.ask(restoreVersion, { id: other });
});

test("of many servers that sweep at once, one purges each entry", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  for (let count = 0; count < 20; count += 1)
    await registry.ask(deleteVersion, { id: await aVersion(registry, modelId, wholeForm) });
  await Promise.all(Array.from({ length: 8 }, () => sweep(registry, 31)));
  await sweep(registry, 31); // those that were not elected may have been the last to look
  expect((await registry.ask(listTrash)).trash.totalCount).toBe(0);
  const [{ count }] = await registry.db.query(
    "select count(*)::int as count from trash_entry where organization_id = $1 and purged_at is not null",
    [registry.organizationId],
  );
  expect(count).toBe(20);
});

test("an entry that cannot be purged is told, and keeps no other from being purged", async () => {
  const registry = await aRegistry();
  const [poisoned, other] = [await aModel(registry), await aModel(registry)];
  for (const id of [poisoned, other]) await registry.ask(deleteModel, { id });
  await registry.db.query(`
    create function poison() returns trigger language plpgsql as $$ begin raise exception 'poison'; end $$`);
  await registry.db.query(`create trigger poison before update on trash_entry for each row
    when (old.id = '${uuid(poisoned)}') execute function poison()`);
  const told: unknown[] = [];
  const now = new Date(Date.now() + 31 * 86_400_000);
  try {
    const onError = (error: unknown, entryId: string) => void told.push([String(error), entryId]);
    await sweepAll(registry.db, new Storages(filesDir), { now, onError });
  } finally {
    await registry.db.query("drop function poison cascade");
  }
  expect(told).toEqual([[expect.stringContaining("poison"), uuid(poisoned)]]);
  expect((await registry.ask(listTrash)).trash.nodes).toMatchObject([{ objectId: poisoned }]);
});

test("what is restored and deleted again while a sweep waits for its model has its time anew", async () => {
  const registry = await aRegistry();
  const id = await aModel(registry);
  await registry.ask(deleteModel, { id });
  const other = registry.db.createQueryRunner();
  await other.startTransaction();
  await other.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [uuid(id)]);
  const sweeping = sweep(registry, 31);
  await until(async () => (await waiters(registry.db, "pg_advisory_xact_lock")) === 1);
  await other.query("update trash_entry set purge_at = now() + interval '90 days' where id = $1", [uuid(id)]);
  await other.commitTransaction();
  await other.release();
  await sweeping;
  expect(await tombstoneOf(registry, id)).toBeNull();
  expect((await registry.ask(listTrash)).trash.nodes).toMatchObject([{ objectId: id }]);
});

test("a server that is not elected leaves the trash to the one that is", async () => {
  const registry = await aRegistry();
  for (let count = 0; count < 5; count += 1) await registry.ask(deleteModel, { id: await aModel(registry) });
  const elected = registry.db.createQueryRunner();
  await elected.query("select pg_advisory_lock(7305114003)");
  const sent = await statementsOf(() => sweep(registry, 31));
  await elected.query("select pg_advisory_unlock_all()");
  await elected.release();
  expect(sent.filter((statement) => !statement.includes("pg_try_advisory_lock"))).toEqual([]);
  expect((await registry.ask(listTrash)).trash.totalCount).toBe(5);
});

test("a server sweeps again and again", async () => {
  const registry = await aRegistry();
  const id = await aModel(registry);
  const told: unknown[] = [];
  const end = startSweep(
    () => sweepAll(registry.db, new Storages(filesDir), { onError: (error) => told.push(error) }),
    (error) => told.push(error),
    10,
  );
  await registry.ask(deleteModel, { id });
  await registry.db.query("update trash_entry set purge_at = now() where id = $1", [uuid(id)]);
  await until(async () => (await tombstoneOf(registry, id)) !== null);
  await end();
  expect(told).toEqual([]);
});

test("a version that can be restored for longer keeps its model that long", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const id = await aVersion(registry, modelId);
  await registry.ask(deleteVersion, { id });
  await registry.db.query("update trash_entry set purge_at = purge_at + interval '30 days' where id = $1", [
    uuid(id),
  ]);
  await registry.ask(deleteModel, { id: modelId });
  await sweep(registry, 31);
  expect((await registry.ask(listTrash)).trash.totalCount).toBe(2);
  await sweep(registry, 61);
  expect((await registry.ask(listTrash)).trash.totalCount).toBe(0);
});

test("a dry run of a purge tells all that would be gone, and a purge what is", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry, { description: "Finds helmets." });
  for (const name of ["a", "b", "c"]) {
    const id = await wholeVersion(registry, modelId, name);
    if (name !== "c") await registry.ask(deleteVersion, { id });
  }
  await registry.ask(deleteModel, { id: modelId, cascade: true });
  const purge = `mutation ($id: ID!, $dryRun: Boolean) {
    purgeModel(id: $id, dryRun: $dryRun) { contents { versionCount fileCount fileBytes } }
  }`;
  const contents = { versionCount: 3, fileCount: 3, fileBytes: 18_000_000 };
  for (const dryRun of [true, false])
    expect((await registry.ask(purge, { id: modelId, dryRun })).purgeModel.contents).toEqual(contents);
  const [{ description }] = await registry.db.query("select description from model where id = $1", [
    uuid(modelId),
  ]);
  expect(description).toBeNull();
});

test("a server whose clock is wrong keeps what the database promised", async () => {
  const env = { DATABASE_URL: await databaseUrl(`ahead_${process.env.TEST_RUN}`), DATA_DIR: aDataDir() };
  const first = await startServer(env);
  const send = sender(first.url, tokenOf(env.DATA_DIR));
  const ids: string[] = [];
  for (const name of ["kept", "due"]) {
    const made = await send(`mutation { createModel(input: { name: "${name}" }) { model { id } } }`);
    ids.push(made.body.data.createModel.model.id);
    await send(deleteModel, { id: ids.at(-1) });
  }
  const db = await createDataSource(env.DATABASE_URL).initialize();
  await db.query("update trash_entry set purge_at = now() where name = 'due'");
  await db.destroy();
  const ahead = await startServer({ ...env, NODE_OPTIONS: "--import ./test/support/clock-ahead.mjs" });
  const purged = async () => (await send(readTombstone, { id: ids[1] })).body.data.tombstone !== null;
  await until(purged); // it has swept
  expect((await send(listTrash)).body.data.trash.nodes).toMatchObject([{ name: "kept" }]);
  await Promise.all([first.end(), ahead.end()]);
});

test("a sweep that was told to stop purges nothing more", async () => {
  const registry = await aRegistry();
  const id = await aModel(registry);
  await registry.ask(deleteModel, { id });
  await sweep(registry, 31, AbortSignal.abort());
  expect((await registry.ask(listTrash)).trash.nodes).toMatchObject([{ objectId: id }]);
});

test("a server sweeps when it starts, and TRASH_DAYS says what it promises", async () => {
  const env = {
    DATABASE_URL: await databaseUrl(`sweep_${process.env.TEST_RUN}`),
    DATA_DIR: aDataDir(),
    TRASH_DAYS: "1",
  };
  const first = await startServer(env);
  const ask = async (url: string, operation: string, variables: object) => {
    const { body } = await sender(url, tokenOf(env.DATA_DIR))(operation, variables);
    return Object.values<Data>(body.data)[0];
  };
  const create = 'mutation { createModel(input: { name: "PPE" }) { model { id } } }';
  const { id } = (await ask(first.url, create, {})).model;
  const { deletedAt, purgeAt } = (await ask(first.url, deleteModel, { id })).trashEntry;
  expect(Math.round((Date.parse(purgeAt) - Date.parse(deletedAt)) / 60_000)).toBe(24 * 60);

  const db = await createDataSource(env.DATABASE_URL).initialize();
  await db.query("update trash_entry set purge_at = now()");
  await db.destroy();
  const second = await startServer(env);
  let tombstone: Data = null;
  while (!tombstone) tombstone = await ask(second.url, readTombstone, { id });
  expect(tombstone).toMatchObject({ name: "PPE", purgedBy: null });
  expect(await Promise.all([first.end(), second.end()])).toEqual([0, 0]);
});

test.each([
  ["a source experiment out of a live version", "delete from source_experiment where model_version_id = $1"],
  ["a version with its source experiment", "delete from model_version where id = $1"],
])("the database refuses to take %s", async (_what, statement) => {
  const registry = await aRegistry();
  const id = await wholeVersion(registry, await aModel(registry), "a");
  await expect(registry.db.query(statement, [uuid(id)])).rejects.toThrow("source_experiment is frozen");
  await registry.ask(deleteVersion, { id });
  await expect(registry.db.query(statement, [uuid(id)])).rejects.toThrow("source_experiment is frozen");
});

test.each([
  ["bring a purged version back", "delete from trash_entry where id = $1"],
  ["forget a purge", "update trash_entry set purged_at = null where id = $1"],
])("the database refuses to %s", async (_what, statement) => {
  const registry = await aRegistry();
  const id = await aVersion(registry, await aModel(registry));
  await registry.ask(deleteVersion, { id });
  await registry.ask(purgeVersion, { id });
  await expect(registry.db.query(statement, [uuid(id)])).rejects.toThrow("trash_entry is frozen");
});
