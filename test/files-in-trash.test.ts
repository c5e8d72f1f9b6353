import { expect, test } from "@jest/globals";
import { toGlobalId } from "../src/node/id.ts";
import { Storages } from "../src/storage-connector/storages.ts";
import { sweep } from "../src/sweep/sweep.ts";
import { aStoredFile } from "./support/files.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aFile, aModel, aVersion, uuid } from "./support/seed.ts";
import type { Data } from "./support/send.ts";
import {
  copyFile,
  deleteFile,
  deleteModel,
  deleteVersion,
  listTrash,
  purgeFile,
  readTombstone,
  restoreFile,
  restoreModel,
  restoreVersion,
} from "./support/settings.ts";
import { filesDir } from "./support/test-server.ts";

const read = `query ($id: ID!) { modelVersion(by: { id: $id }) {
  updatedAt revisions { files labels } deployable { ready } files { totalCount nodes { id name } }
} }`;
const findEntry = `query ($id: ID!) { trashEntry(objectId: $id) {
  kind name version versionName modelName modelVersion { id } versionInTrash { objectId } modelInTrash { objectId }
  viewerPermissions { restore purge } contents { versionCount fileCount fileBytes freedBytes }
} }`;
const missing = "ModelFile_01a2085d7a6e7686917e4c40ceedf259";

async function aVersionWithFile() {
  const registry = await aRegistry();
  const modelId = await aModel(registry, { name: "PPE" });
  const versionId = await aVersion(registry, modelId, { name: "yolox" });
  const id = toGlobalId("ModelFile", await aFile(registry, versionId, { name: "weights", size: 1_000 }));
  return { registry, modelId, versionId, id };
}

const versionOf = async (registry: Registry, id: string) => (await registry.ask(read, { id })).modelVersion;
const entryOf = async (registry: Registry, id: string) => (await registry.ask(findEntry, { id })).trashEntry;
const answer = async (registry: Registry, operation: string, variables: object) =>
  Object.values<Data>(await registry.ask(operation, variables))[0];
const trashed = async (registry: Registry) =>
  (await registry.ask(listTrash)).trash.nodes.map(({ objectId }: Data) => objectId);
const contents = { versionCount: 0, fileCount: 1, fileBytes: 1_000, freedBytes: 1_000 };

test("a file in the trash is found by nothing else, and comes back", async () => {
  const { registry, versionId, id } = await aVersionWithFile();
  const before = await versionOf(registry, versionId);
  expect(before).toMatchObject({ deployable: { ready: true }, files: { totalCount: 1 } });

  const deleted = await answer(registry, deleteFile, { id });
  expect(deleted).toMatchObject({
    ...{ contents, userErrors: [] },
    trashEntry: { kind: "MODEL_FILE", objectId: id, name: "weights", version: 1, modelName: "PPE" },
  });
  const without = await versionOf(registry, versionId);
  expect(without).toMatchObject({
    ...{ deployable: { ready: false }, files: { totalCount: 0, nodes: [] } },
    revisions: { files: before.revisions.files + 1, labels: before.revisions.labels },
  });
  expect(without.updatedAt > before.updatedAt).toBe(true);
  expect((await registry.ask("query ($id: ID!) { node(id: $id) { id } }", { id })).node).toBeNull();

  const restored = await answer(registry, restoreFile, { id });
  expect(restored).toMatchObject({ modelFile: { id, name: "weights" }, userErrors: [] });
  const after = await versionOf(registry, versionId);
  expect(after).toMatchObject({
    ...{ deployable: { ready: true }, files: before.files },
    revisions: { files: before.revisions.files + 2 },
  });
  expect(after.updatedAt > without.updatedAt).toBe(true);
  expect(await trashed(registry)).toEqual([]);
});

test("the name of a file in the trash is free, and it comes back under another", async () => {
  const { registry, versionId, id } = await aVersionWithFile();
  await registry.ask(deleteFile, { id });
  await aFile(registry, versionId, { name: "weights" });
  expect(await answer(registry, restoreFile, { id })).toMatchObject({
    ...{ modelFile: null, userErrors: [{ code: "TAKEN", field: ["name"] }] },
  });
  expect(await answer(registry, restoreFile, { id, name: " " })).toMatchObject({
    userErrors: [{ code: "INVALID", field: ["name"] }],
  });
  expect(await answer(registry, restoreFile, { id, name: "old weights" })).toMatchObject({
    modelFile: { id, name: "old weights" },
  });
});

test("dry runs tell what would come of it, and change nothing", async () => {
  const { registry, versionId, id } = await aVersionWithFile();
  const before = await versionOf(registry, versionId);
  expect(await answer(registry, deleteFile, { id, dryRun: true })).toEqual({
    ...{ contents, trashEntry: null, userErrors: [] },
  });
  expect(await versionOf(registry, versionId)).toEqual(before);
  await registry.ask(deleteFile, { id });
  expect(await answer(registry, restoreFile, { id, dryRun: true })).toEqual({
    ...{ modelFile: null, userErrors: [] },
  });
  expect(await answer(registry, purgeFile, { id, dryRun: true })).toEqual({
    ...{ contents, tombstone: null, userErrors: [] },
  });
  expect(await trashed(registry)).toEqual([id]);
});

test("of a purged file a tombstone is left", async () => {
  const { registry, versionId, id } = await aVersionWithFile();
  await registry.ask(deleteFile, { id });
  const before = await versionOf(registry, versionId);
  const { tombstone, ...purged } = await answer(registry, purgeFile, { id });
  expect(purged).toEqual({ contents, userErrors: [] });
  expect(tombstone).toEqual({
    ...{ kind: "MODEL_FILE", name: "weights", version: 1, modelName: "PPE" },
    ...{ deletedBy: { name: "Ada Lovelace" }, deletedAt: expect.any(String) },
    ...{ purgedBy: { name: "Ada Lovelace" }, purgedAt: expect.any(String) },
  });
  expect((await registry.ask(readTombstone, { id })).tombstone).toEqual(tombstone);
  expect((await (await aRegistry()).ask(readTombstone, { id })).tombstone).toBeNull();
  expect(await versionOf(registry, versionId)).toEqual(before);
  for (const operation of [deleteFile, restoreFile, purgeFile])
    expect(await answer(registry, operation, { id })).toMatchObject({
      userErrors: [{ code: "NOT_FOUND", field: ["id"], message: "There is no file with this id." }],
    });
  expect(await trashed(registry)).toEqual([]);
});

test("the entry of a file says where it was, and what comes back first", async () => {
  const { registry, modelId, versionId, id } = await aVersionWithFile();
  await registry.ask(deleteFile, { id });
  const entry = {
    ...{ kind: "MODEL_FILE", name: "weights", version: 1, versionName: "yolox", modelName: "PPE", contents },
    ...{ modelVersion: { id: versionId }, versionInTrash: null, modelInTrash: null },
    viewerPermissions: { restore: true, purge: true },
  };
  expect(await entryOf(registry, id)).toEqual(entry);
  await registry.ask(deleteVersion, { id: versionId });
  const below = { modelVersion: null, viewerPermissions: { restore: false, purge: true } };
  expect(await entryOf(registry, id)).toEqual({
    ...{ ...entry, ...below, versionInTrash: { objectId: versionId } },
  });
  expect(await entryOf(registry, versionId)).toMatchObject({ modelVersion: null, versionInTrash: null });
  await registry.ask(restoreVersion, { id: versionId });
  await registry.ask(deleteModel, { id: modelId, cascade: true });
  expect(await entryOf(registry, id)).toEqual({ ...entry, ...below, modelInTrash: { objectId: modelId } });
});

test("files come and go with their version; one that was deleted before it stays in the trash", async () => {
  const { registry, versionId, id } = await aVersionWithFile();
  const other = toGlobalId("ModelFile", await aFile(registry, versionId, { name: "config", size: 20 }));
  await registry.ask(deleteFile, { id });
  const gone = await answer(registry, deleteVersion, { id: versionId });
  expect(gone.contents).toEqual({ versionCount: 1, fileCount: 1, fileBytes: 20 });
  expect(await trashed(registry)).toEqual([versionId, id]);

  expect(await answer(registry, restoreFile, { id })).toMatchObject({
    userErrors: [
      { code: "CONFLICT", field: ["id"], message: expect.stringContaining("restore the version") },
    ],
  });
  for (const operation of [restoreFile, purgeFile])
    expect(await answer(registry, operation, { id: other })).toMatchObject({
      userErrors: [
        {
          ...{ code: "CONFLICT", field: ["id"] },
          message: "It was deleted with its version: restore or purge that.",
        },
      ],
    });
  await registry.ask(restoreVersion, { id: versionId });
  expect((await versionOf(registry, versionId)).files.nodes).toEqual([{ id: other, name: "config" }]);
  expect(await trashed(registry)).toEqual([id]);
  expect(await answer(registry, restoreFile, { id })).toMatchObject({ userErrors: [] });
});

test("a file of a version in the trash is purged by itself when it was deleted by itself", async () => {
  const { registry, versionId, id } = await aVersionWithFile();
  await registry.ask(deleteFile, { id });
  await registry.ask(deleteVersion, { id: versionId });
  expect(await answer(registry, purgeFile, { id })).toMatchObject({ tombstone: { name: "weights" } });
  expect(await trashed(registry)).toEqual([versionId]);
});

test.each(["version", "model"])(
  "a purged %s takes the files with it that were deleted before",
  async (kind) => {
    const { registry, modelId, versionId, id } = await aVersionWithFile();
    const other = toGlobalId("ModelFile", await aFile(registry, versionId, { size: 20 }));
    await registry.ask(deleteFile, { id });
    const purge = `mutation ($id: ID!) {
    ${kind === "model" ? "purgeModel" : "purgeModelVersion"}(id: $id) {
      contents { versionCount fileCount fileBytes freedBytes } userErrors { message }
    }
  }`;
    if (kind === "model") await registry.ask(deleteModel, { id: modelId, cascade: true });
    else await registry.ask(deleteVersion, { id: versionId });
    const purged = await answer(registry, purge, { id: kind === "model" ? modelId : versionId });
    expect(purged).toEqual({
      contents: { versionCount: 1, fileCount: 2, fileBytes: 1_020, freedBytes: 1_020 },
      userErrors: [],
    });
    expect(await trashed(registry)).toEqual([]);
    expect((await registry.ask(readTombstone, { id })).tombstone).toMatchObject({
      name: "weights",
      version: 1,
    });
    expect((await registry.ask(readTombstone, { id: other })).tombstone).toBeNull();
    const left: unknown[] = await registry.db.query("select from model_file where model_version_id = $1", [
      uuid(versionId),
    ]);
    expect(left).toEqual([]);
  },
);

test("what is not in the trash cannot be restored or purged", async () => {
  const { registry, id } = await aVersionWithFile();
  for (const operation of [restoreFile, purgeFile])
    expect(await answer(registry, operation, { id })).toMatchObject({
      userErrors: [
        { code: "CONFLICT", field: ["id"], message: "Expected a file in the trash, got a live one." },
      ],
    });
});

test.each([
  ["deleteModelFile", deleteFile],
  ["restoreModelFile", restoreFile],
  ["purgeModelFile", purgeFile],
])("%s finds nothing foreign", async (name, operation) => {
  const { registry: other, id } = await aVersionWithFile();
  if (name !== "deleteModelFile") await other.ask(deleteFile, { id });
  const registry = await aRegistry();
  const notFound = await answer(registry, operation, { id: missing });
  expect(notFound.userErrors).toMatchObject([{ code: "NOT_FOUND", field: ["id"] }]);
  expect(await answer(registry, operation, { id })).toEqual(notFound);
  expect(await answer(registry, operation, { id: missing.replace("File", "Version") })).toMatchObject({
    userErrors: [{ code: "INVALID", field: ["id"] }],
  });
});

test.each(["version", "model"])(
  "a file that can be restored for longer keeps its %s that long",
  async (kind) => {
    const { registry, modelId, versionId, id } = await aVersionWithFile();
    await registry.ask(deleteFile, { id });
    await registry.db.query("update trash_entry set purge_at = purge_at + interval '30 days' where id = $1", [
      uuid(id),
    ]);
    if (kind === "model") await registry.ask(deleteModel, { id: modelId, cascade: true });
    else await registry.ask(deleteVersion, { id: versionId });
    await sweepIn(registry, 31);
    if (kind === "model") await registry.ask(restoreModel, { id: modelId });
    else await registry.ask(restoreVersion, { id: versionId });
    expect(await answer(registry, restoreFile, { id })).toMatchObject({ userErrors: [] });
  },
);

test("a file whose time is over is purged by nobody", async () => {
  const { registry, id } = await aVersionWithFile();
  await registry.ask(deleteFile, { id });
  await sweepIn(registry, 29);
  expect(await trashed(registry)).toEqual([id]);
  await sweepIn(registry, 31);
  expect(await trashed(registry)).toEqual([]);
  expect((await registry.ask(readTombstone, { id })).tombstone).toMatchObject({
    ...{ name: "weights", purgedBy: null },
  });
});

test("only bytes that nothing else has are told to be freed", async () => {
  const { registry, modelId, versionId } = await aVersionWithFile();
  const id = await aStoredFile(registry, versionId, Buffer.alloc(500, "a"));
  const { modelFile: copy } = await answer(registry, copyFile, {
    ...{ id, modelVersionId: versionId, input: { name: "copy" } },
  });
  const [freed, of] = ["contents { fileBytes freedBytes }", { dryRun: true }];
  expect((await answer(registry, deleteFile, { id, ...of })).contents).toMatchObject({ freedBytes: 0 });
  await registry.ask(deleteFile, { id: copy.id });
  expect((await answer(registry, deleteFile, { id, ...of })).contents).toMatchObject({ freedBytes: 0 });
  await registry.ask(deleteFile, { id });
  const purge = `mutation ($id: ID!) { purgeModel(id: $id, dryRun: true) { ${freed} } }`;
  await registry.ask(deleteModel, { id: modelId, cascade: true });
  // The copy too: both have been deleted before the model, and together they are all that has the bytes.
  expect((await answer(registry, purge, { id: modelId })).contents).toEqual({
    ...{ fileBytes: 2_000, freedBytes: 1_500 },
  });
  await registry.ask(purgeFile, { id: copy.id });
  expect((await answer(registry, purgeFile, { id })).contents).toMatchObject({ freedBytes: 500 });
});

async function sweepIn({ db }: Registry, days: number): Promise<void> {
  const told: unknown[] = [];
  const onError = (error: unknown) => void told.push(error);
  const now = new Date(Date.now() + days * 86_400_000);
  await sweep(db, new Storages(filesDir), { now, onError });
  expect(told).toEqual([]);
}
