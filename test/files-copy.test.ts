import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { Role } from "../src/member/role.ts";
import { keysOnDisk } from "./support/disk.ts";
import { aStoredFile } from "./support/files.ts";
import { aMember, aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aVersion, uuid } from "./support/seed.ts";
import { type Data, sender } from "./support/send.ts";
import { copyFile, deleteFile, deleteVersion, listTrash, restoreFile } from "./support/settings.ts";
import { filesDir } from "./support/test-server.ts";

const read = `query ($id: ID!) { modelVersion(by: { id: $id }) {
  revisions { files } deployable { ready } files { nodes { id name sha256 } }
} }`;
const missing = "01a2085d7a6e7686917e4c40ceedf259";

async function twoVersions() {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const [from, to] = [await aVersion(registry, modelId), await aVersion(registry, modelId)];
  const bytes = randomBytes(1_000);
  const file = { name: "weights", filename: "best.pt", contentType: "application/zip" };
  return { registry, from, to, bytes, id: await aStoredFile(registry, from, bytes, file) };
}

const copy = async (registry: Registry, variables: object): Promise<Data> =>
  (await registry.ask(copyFile, { input: {}, ...variables })).copyModelFile;
const filesOf = async (registry: Registry, id: string) => (await registry.ask(read, { id })).modelVersion;
const trashed = async (registry: Registry) => (await registry.ask(listTrash)).trash.nodes;

test("a copy has the bytes of the file, and none are moved", async () => {
  const { registry, to, bytes, id } = await twoVersions();
  const before = await filesOf(registry, to);
  const keys = keysOnDisk(filesDir, registry.organizationId);
  const { modelFile, userErrors } = await copy(registry, { id, modelVersionId: to });
  expect(userErrors).toEqual([]);
  expect(modelFile).toEqual({
    ...{ id: expect.not.stringContaining(id), name: "weights", filename: "best.pt", size: 1_000 },
    ...{ contentType: "application/zip", sha256: createHash("sha256").update(bytes).digest("hex") },
    ...{ status: "READY", format: "UNKNOWN", createdBy: { name: "Ada Lovelace" } },
  });
  expect(await filesOf(registry, to)).toMatchObject({
    ...{ revisions: { files: before.revisions.files + 1 }, deployable: { ready: true } },
    files: { nodes: [{ id: modelFile.id }] },
  });
  expect(keysOnDisk(filesDir, registry.organizationId)).toEqual(keys);
});

test("a copy lives on without the file, and the file without the copy", async () => {
  const { registry, from, to, id } = await twoVersions();
  const { modelFile } = await copy(registry, { id, modelVersionId: to, input: { name: "theirs" } });
  await registry.ask(deleteFile, { id });
  expect((await filesOf(registry, to)).files.nodes).toMatchObject([{ name: "theirs" }]);
  await registry.ask(restoreFile, { id });
  await registry.ask(deleteFile, { id: modelFile.id });
  expect((await filesOf(registry, from)).files.nodes).toMatchObject([{ name: "weights" }]);
});

test("a name that is taken is refused; with replace, what has it goes into the trash", async () => {
  const { registry, to, id } = await twoVersions();
  const old = await aStoredFile(registry, to, Buffer.from("old"), { name: "weights" });
  expect(await copy(registry, { id, modelVersionId: to })).toMatchObject({
    modelFile: null,
    userErrors: [{ code: "TAKEN", field: ["input", "name"] }],
  });
  const before = await filesOf(registry, to);
  const { modelFile } = await copy(registry, { id, modelVersionId: to, input: { replace: true } });
  expect(await filesOf(registry, to)).toMatchObject({
    ...{ revisions: { files: before.revisions.files + 1 }, files: { nodes: [{ id: modelFile.id }] } },
  });
  expect(await trashed(registry)).toMatchObject([{ objectId: old, name: "weights", kind: "MODEL_FILE" }]);

  expect((await registry.ask(restoreFile, { id: old, name: "old weights" })).restoreModelFile).toMatchObject({
    userErrors: [],
  });
  expect((await filesOf(registry, to)).files.nodes).toMatchObject([{ id: old }, { id: modelFile.id }]);
});

test("replace replaces nothing where nothing has the name, and a file by its own copy", async () => {
  const { registry, from, to, id } = await twoVersions();
  const input = { replace: true };
  expect(await copy(registry, { id, modelVersionId: to, input })).toMatchObject({ userErrors: [] });
  expect(await trashed(registry)).toEqual([]);
  const { modelFile } = await copy(registry, { id, modelVersionId: from, input });
  expect((await filesOf(registry, from)).files.nodes).toMatchObject([{ id: modelFile.id }]);
  expect(await trashed(registry)).toMatchObject([{ objectId: id }]);
});

test.each(["VERIFYING", "CORRUPT"])("a file that is %s is not copied", async (state) => {
  const { registry, to, id } = await twoVersions();
  await registry.db.query(
    "update blob set state = $2 where id = (select blob_id from model_file where id = $1)",
    [uuid(id), state],
  );
  expect(await copy(registry, { id, modelVersionId: to })).toEqual({
    modelFile: null,
    userErrors: [
      {
        ...{ code: "CONFLICT", field: ["id"] },
        message: `Expected a file whose bytes are READY, got one that is ${state}.`,
      },
    ],
  });
});

test("a file in the trash, or of a version there, is not copied, nor is anything copied there", async () => {
  const { registry, from, to, id } = await twoVersions();
  const notFound = (field: string) => ({
    modelFile: null,
    userErrors: [{ code: "NOT_FOUND", field: [field] }],
  });
  await registry.ask(deleteFile, { id });
  expect(await copy(registry, { id, modelVersionId: to })).toMatchObject(notFound("id"));
  await registry.ask(restoreFile, { id });
  await registry.ask(deleteVersion, { id: from });
  expect(await copy(registry, { id, modelVersionId: to })).toMatchObject(notFound("id"));
  const other = await aStoredFile(registry, to, Buffer.from("other"));
  expect(await copy(registry, { id: other, modelVersionId: from })).toMatchObject(notFound("modelVersionId"));
});

test("what is foreign is not found, and ids of the wrong type are refused", async () => {
  const [mine, theirs] = [await twoVersions(), await twoVersions()];
  const refusal = async (id: string, modelVersionId: string) =>
    (await copy(mine.registry, { id, modelVersionId })).userErrors;
  expect(await refusal(theirs.id, mine.to)).toMatchObject([{ code: "NOT_FOUND", field: ["id"] }]);
  expect(await refusal(mine.id, theirs.to)).toMatchObject([{ code: "NOT_FOUND", field: ["modelVersionId"] }]);
  expect(await refusal(theirs.id, mine.to)).toEqual(await refusal(`ModelFile_${missing}`, mine.to));
  expect(await refusal(mine.to, mine.to)).toMatchObject([{ code: "INVALID", field: ["id"] }]);
  expect(await refusal(mine.id, mine.id)).toMatchObject([{ code: "INVALID", field: ["modelVersionId"] }]);
});

test("the same key copies once", async () => {
  const { registry, to, id } = await twoVersions();
  const variables = { id, modelVersionId: to, idempotencyKey: "k" };
  const first = await copy(registry, variables);
  expect(await copy(registry, variables)).toEqual(first);
  expect((await filesOf(registry, to)).files.nodes).toHaveLength(1);
  expect(await copy(registry, { ...variables, input: { name: "other" } })).toMatchObject({
    userErrors: [{ code: "CONFLICT", field: ["idempotencyKey"] }],
  });
});

test("a name is read like every other", async () => {
  const { registry, to, id } = await twoVersions();
  const named = (name: string) => copy(registry, { id, modelVersionId: to, input: { name } });
  expect(await named(" e\u0301t\u0065\u0301 ")).toMatchObject({ modelFile: { name: "été" } });
  for (const name of ["", " ", "a\u202eb", "x".repeat(201)])
    expect(await named(name)).toMatchObject({ userErrors: [{ code: "INVALID", field: ["input", "name"] }] });
});

test("a viewer copies nothing", async () => {
  const { registry, to, id } = await twoVersions();
  const viewer = await aMember(registry.db, registry.organizationId, { role: Role.VIEWER });
  const { body } = await sender(registry.url, viewer.token)(copyFile, { id, modelVersionId: to, input: {} });
  expect(body.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
});
