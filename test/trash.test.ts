import { expect, test } from "@jest/globals";
import { getNamedType, isObjectType } from "graphql";
import { Role } from "../src/member/role.ts";
import { toGlobalId } from "../src/node/id.ts";
import { buildApiSchema } from "../src/schema.ts";
import { anUpload } from "./support/parts.ts";
import { aMember, aRegistry, type Registry, statementsOf } from "./support/registry.ts";
import { aFile, aModel, aSourceExperiment, aVersion, uuid, wholeForm } from "./support/seed.ts";
import { type Send, sender } from "./support/send.ts";
import {
  deleteModel,
  deleteVersion,
  listTrash,
  purgeModel,
  purgeVersion,
  restoreModel,
  restoreVersion,
  transfer,
} from "./support/settings.ts";
import { readAhead } from "./support/test-server.ts";

const missing = "01a2085d7a6e7686917e4c40ceedf259";
const days = 86_400_000;

/** Everything of a version and of its model that the API shows. */
const everything = `query ($id: ID!) { modelVersion(by: { id: $id }) {
  id name description version type framework createdAt updatedAt createdBy { name }
  revisions { about labels parameters dockerImage files } labelCount labels { index name } parameters { name value }
  dockerImage { image tag } files { totalCount nodes { id name sha256 } } sourceExperiment { name }
  trainable { ready missing recommended } deployable { ready missing recommended } previousAddresses { totalCount }
  model { id name description revision createdAt updatedAt versionCount latestVersion { id } }
} }`;

async function wholeVersion(registry: Registry, modelId: string, name: string) {
  const id = await aVersion(registry, modelId, { ...wholeForm, name });
  const file = await aFile(registry, id, { name: "weights", size: 1_000 });
  await aSourceExperiment(registry, id);
  return { id, fileId: toGlobalId("ModelFile", file) };
}

const read = async (registry: Registry, id: string) => (await registry.ask(everything, { id })).modelVersion;
const trash = async (registry: Registry, variables = {}) =>
  (await registry.ask(listTrash, variables)).trash.nodes;

/** Every way to a version and to its model: what each of them finds. */
const everyWay = `query ($id: ID!, $fileId: ID!, $modelId: ID!, $ids: [ID!]!, $me: ID!, $uploadId: ID!) {
  byId: modelVersion(by: { id: $id }) { id }
  byNumber: modelVersion(by: { number: { model: { id: $modelId }, version: 1 } }) { id }
  byNumberInName: modelVersion(by: { number: { model: { name: "PPE" }, version: 1 } }) { id }
  byName: modelVersion(by: { name: { model: { id: $modelId }, name: "yolox" } }) { id }
  node(id: $id) { id }
  nodes(ids: $ids) { id }
  file: node(id: $fileId) { id }
  upload: pendingUpload(id: $uploadId) { modelVersion { id } }
  all: modelVersions { totalCount nodes { id } edges { node { id } } }
  backward: modelVersions(last: 5, orderBy: { field: NAME }) { nodes { id } }
  filtered: modelVersions(where: {
    name: { eq: "yolox" }, type: { eq: OBJECT_DETECTION }, framework: { eq: PYTORCH }, createdBy: { eq: $me }
    trainable: { eq: true }, deployable: { eq: true }
  }) { totalCount nodes { id } }
}`;
const everyWayToModel = `query ($modelId: ID!) {
  byId: model(by: { id: $modelId }) { id }
  byName: model(by: { name: "PPE" }) { id }
  node(id: $modelId) { id }
  all: models { totalCount nodes { id } edges { node { id } } }
  filtered: models(where: { name: { contains: "pp" } }, orderBy: { field: NAME }) { totalCount nodes { id } }
}`;

async function aVersionToDelete() {
  const registry = await aRegistry();
  const modelId = await aModel(registry, { name: "PPE", description: "On building sites." });
  const { id, fileId } = await wholeVersion(registry, modelId, "yolox");
  const me = toGlobalId("User", registry.userId);
  const { id: uploadId } = await anUpload(registry.ask, id, Buffer.alloc(1), { name: "upload" });
  const ways = async () =>
    JSON.stringify(await registry.ask(everyWay, { id, fileId, modelId, me, uploadId, ids: [id] }));
  const waysToModel = async () => JSON.stringify(await registry.ask(everyWayToModel, { modelId }));
  return { registry, modelId, id, fileId, ways, waysToModel };
}

test("the ways that are tried here are all that there are", () => {
  const ways = Object.values(buildApiSchema().getTypeMap()).flatMap((type) =>
    isObjectType(type) && !/^__|(Payload|Connection|Edge)$/.test(type.name)
      ? Object.values(type.getFields())
          .filter(({ type: to }) =>
            /^(Model|ModelVersion|ModelFile)(Connection)?$/.test(getNamedType(to).name),
          )
          .map(({ name }) => `${type.name}.${name}`)
      : [],
  );
  // Lineage keeps the name and number of what is deleted; these, and comparisons, are tried by their own tests.
  const tried = [
    ...["DatasetVersion.trainedVersions", "DeletionImpact.descendants", "ExperimentBase.modelVersion"],
    ...["LineageVersion.modelVersion", "ModelFileDifference.a", "ModelFileDifference.b"],
    ...["ModelVersionComparison.a", "ModelVersionComparison.b"],
  ];
  expect(ways.filter((way) => !tried.includes(way))).toEqual([
    ...["Model.latestVersion", "Model.versions", "ModelFile.modelVersion"],
    ...["ModelVersion.file", "ModelVersion.files", "ModelVersion.model"],
    "PendingUpload.modelVersion",
    ...["PreviousAddress.model", "Query.model", "Query.modelVersion", "Query.modelVersions", "Query.models"],
    "TrashEntry.modelVersion",
  ]);
});

test("a version in the trash is found in no way, and comes back as it was", async () => {
  const { registry, modelId, id, ways } = await aVersionToDelete();
  const [before, found] = [await read(registry, id), await ways()];
  expect(found.split(id)).toHaveLength(12);

  const { deleteModelVersion } = await registry.ask(deleteVersion, { id });
  const contents = { versionCount: 1, fileCount: 1, fileBytes: 1_000 };
  expect(deleteModelVersion).toMatchObject({
    contents,
    trashEntry: {
      kind: "MODEL_VERSION",
      objectId: id,
      name: "yolox",
      version: 1,
      modelName: "PPE",
      contents,
    },
    userErrors: [],
  });
  const gone = await ways();
  expect(gone).not.toContain(id);
  expect(gone).toMatch(
    /"nodes":\[null\],"file":null,"upload":null,"all":\{"totalCount":0,"nodes":\[\],"edges":\[\]\}/,
  );
  expect(gone).toMatch(/"filtered":\{"totalCount":0,"nodes":\[\]\}\}$/);
  const { model } = await registry.ask(
    `query ($modelId: ID!) { model(by: { id: $modelId }) {
      versionCount latestVersion { id } updatedAt versions { totalCount nodes { id } }
    } }`,
    { modelId },
  );
  expect(model).toMatchObject({
    versionCount: 0,
    latestVersion: null,
    versions: { totalCount: 0, nodes: [] },
  });
  expect(model.updatedAt > before.model.updatedAt).toBe(true);

  const { restoreModelVersion } = await registry.ask(restoreVersion, { id });
  expect(restoreModelVersion).toMatchObject({
    modelVersion: { id, name: "yolox", version: 1 },
    userErrors: [],
  });
  const { updatedAt, ...after } = await read(registry, id);
  expect({ ...after, model: { ...after.model, updatedAt: 0 } }).toEqual({
    ...before,
    updatedAt: undefined,
    model: { ...before.model, updatedAt: 0 },
  });
  expect(updatedAt > before.updatedAt && after.model.updatedAt > model.updatedAt).toBe(true);
  expect(await ways()).toBe(found);
  expect(await trash(registry)).toEqual([]);
});

test("a version in the trash cannot be changed, and its name is free", async () => {
  const { registry, modelId, id } = await aVersionToDelete();
  await registry.ask(deleteVersion, { id });
  const notFound = { userErrors: [{ code: "NOT_FOUND", field: ["id"] }] };
  const other = await aModel(registry);
  const update =
    'mutation ($id: ID!) { updateModelVersion(id: $id, input: { name: "x" }) { modelVersion { id } userErrors { code field } } }';
  expect((await registry.ask(update, { id })).updateModelVersion).toEqual({
    modelVersion: null,
    ...notFound,
  });
  expect((await registry.ask(transfer, { id, modelId: other })).transferModelVersion).toMatchObject(notFound);
  expect((await registry.ask(deleteVersion, { id })).deleteModelVersion).toMatchObject(notFound);

  await aVersion(registry, modelId, { name: "yolox" });
  const { latestVersion } = (
    await registry.ask("query ($id: ID!) { model(by: { id: $id }) { latestVersion { version } } }", {
      id: modelId,
    })
  ).model;
  expect(latestVersion).toEqual({ version: 2 });
});

test("a name that is taken by now needs another to come back", async () => {
  const { registry, modelId, id } = await aVersionToDelete();
  await registry.ask(deleteVersion, { id });
  await aVersion(registry, modelId, { name: "yolox" });
  for (const name of [undefined, null, "yolox"]) {
    const { restoreModelVersion } = await registry.ask(restoreVersion, { id, name });
    expect(restoreModelVersion).toEqual({
      modelVersion: null,
      userErrors: [
        { code: "TAKEN", field: ["name"], message: "Another version of the model has this name already." },
      ],
    });
  }
  const { restoreModelVersion: blank } = await registry.ask(restoreVersion, { id, name: " " });
  expect(blank.userErrors).toMatchObject([{ code: "INVALID", field: ["name"] }]);
  const { restoreModelVersion } = await registry.ask(restoreVersion, { id, name: " yolox 2 " });
  expect(restoreModelVersion.modelVersion).toMatchObject({
    name: "yolox 2",
    version: 1,
    revisions: { about: 2, labels: 1 },
  });
});

test("a model with versions is deleted with them or not at all, and comes back whole", async () => {
  const { registry, modelId, id, ways, waysToModel } = await aVersionToDelete();
  const [alone, second] = [await aVersion(registry, modelId), await aVersion(registry, modelId)];
  await registry.ask(deleteVersion, { id: alone });
  const [before, secondBefore] = [await read(registry, id), await read(registry, second)];
  const found = [await ways(), await waysToModel()];

  const refused = await registry.ask(deleteModel, { id: modelId });
  expect(refused.deleteModel).toEqual({
    contents: null,
    trashEntry: null,
    userErrors: [
      {
        code: "CONFLICT",
        field: ["cascade"],
        message: "Expected a model without versions, got one with 2; with cascade they are deleted too.",
      },
    ],
  });
  const deleted = await registry.ask(deleteModel, { id: modelId, cascade: true });
  const contents = { versionCount: 2, fileCount: 1, fileBytes: 1_000 };
  expect(deleted.deleteModel).toMatchObject({
    contents,
    trashEntry: { kind: "MODEL", objectId: modelId, name: "PPE", version: null, modelName: null, contents },
    userErrors: [],
  });
  expect(await ways()).not.toContain(id);
  expect(await waysToModel()).not.toContain(modelId);
  expect(await trash(registry)).toMatchObject([
    { objectId: modelId },
    { objectId: alone, version: 2, modelName: "PPE", contents: { versionCount: 1 } },
  ]);

  for (const version of [alone, id]) {
    const { restoreModelVersion } = await registry.ask(restoreVersion, { id: version });
    expect(restoreModelVersion).toMatchObject({
      modelVersion: null,
      userErrors: [{ code: "CONFLICT", field: ["id"], message: expect.stringContaining("restore") }],
    });
  }
  const { restoreModel: restored } = await registry.ask(restoreModel, { id: modelId });
  expect(restored).toMatchObject({ model: { name: "PPE", revision: 1, versionCount: 2 }, userErrors: [] });
  expect(restored.model.updatedAt > before.model.updatedAt).toBe(true);
  const { updatedAt } = restored.model;
  expect(await read(registry, id)).toEqual({ ...before, model: { ...before.model, updatedAt } });
  expect(await read(registry, second)).toEqual({ ...secondBefore, model: { ...before.model, updatedAt } });
  expect([await ways(), await waysToModel()]).toEqual(found);
  expect(await trash(registry)).toMatchObject([{ objectId: alone }]);
  const { restoreModelVersion } = await registry.ask(restoreVersion, { id: alone });
  expect(restoreModelVersion).toMatchObject({ modelVersion: { version: 2 }, userErrors: [] });
});

test("a model in the trash cannot be changed, its name is free, and it comes back under another", async () => {
  const registry = await aRegistry();
  const [id, other] = [await aModel(registry, { name: "PPE" }), await aModel(registry)];
  const versionId = await aVersion(registry, other);
  await registry.ask(deleteModel, { id });
  const update =
    'mutation ($id: ID!) { updateModel(id: $id, input: { name: "x" }) { model { id } userErrors { code field } } }';
  const create =
    'mutation ($id: ID!) { createModelVersion(modelId: $id, input: { name: "x", type: LINE }) { userErrors { code field message } } }';
  const [notFound, notAModel] = [
    { userErrors: [{ code: "NOT_FOUND", field: ["id"] }] },
    { userErrors: [{ code: "NOT_FOUND", field: ["modelId"], message: "There is no model with this id." }] },
  ];
  expect((await registry.ask(update, { id })).updateModel).toMatchObject(notFound);
  expect((await registry.ask(deleteModel, { id })).deleteModel).toMatchObject(notFound);
  expect((await registry.ask(create, { id })).createModelVersion).toEqual(notAModel);
  const moved = await registry.ask(transfer, { id: versionId, modelId: id });
  expect(moved.transferModelVersion).toMatchObject(notAModel);

  await aModel(registry, { name: "PPE" });
  const taken = await registry.ask(restoreModel, { id });
  expect(taken.restoreModel).toMatchObject({ model: null, userErrors: [{ code: "TAKEN", field: ["name"] }] });
  const renamed = await registry.ask(restoreModel, { id, name: "PPE, old" });
  expect(renamed.restoreModel.model).toMatchObject({ id, name: "PPE, old", revision: 2 });
  const first = await registry.ask(create, { id });
  expect(first.createModelVersion.userErrors).toEqual([]);
});

test("what is not in the trash cannot be restored or purged", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const id = await aVersion(registry, modelId);
  for (const operation of [restoreVersion, purgeVersion]) {
    const [answer] = Object.values<object>(await registry.ask(operation, { id }));
    expect(answer).toMatchObject({
      userErrors: [
        { code: "CONFLICT", field: ["id"], message: "Expected a version in the trash, got a live one." },
      ],
    });
  }
  for (const operation of [restoreModel, purgeModel]) {
    const [answer] = Object.values<object>(await registry.ask(operation, { id: modelId }));
    expect(answer).toMatchObject({ userErrors: [{ code: "CONFLICT", field: ["id"] }] });
  }
});

test.each([
  ["deleteModelVersion", deleteVersion, "ModelVersion"],
  ["deleteModel", deleteModel, "Model"],
  ["restoreModelVersion", restoreVersion, "ModelVersion"],
  ["restoreModel", restoreModel, "Model"],
  ["purgeModelVersion", purgeVersion, "ModelVersion"],
  ["purgeModel", purgeModel, "Model"],
])("%s finds nothing foreign", async (name, operation, type) => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const modelId = await aModel(other);
  const foreign = type === "Model" ? modelId : await aVersion(other, modelId);
  if (!name.startsWith("delete"))
    await other.ask(type === "Model" ? deleteModel : deleteVersion, { id: foreign });
  const answer = async (id: string) => (await registry.send(operation, { id })).body;
  expect(await answer(`${type}_${missing}`)).toMatchObject({
    data: { [name]: { userErrors: [{ code: "NOT_FOUND", field: ["id"] }] } },
  });
  expect(await answer(foreign)).toEqual(await answer(`${type}_${missing}`));
  const wrong = type === "Model" ? `ModelVersion_${missing}` : `Model_${missing}`;
  expect((await answer(wrong)).data[name].userErrors).toMatchObject([{ code: "INVALID", field: ["id"] }]);
});

test("a dry run tells what would go, and changes nothing", async () => {
  const { registry, modelId, id } = await aVersionToDelete();
  await aFile(registry, id, { size: 500 });
  await aVersion(registry, modelId);
  const before = await read(registry, id);
  const version = await registry.ask(deleteVersion, { id, dryRun: true });
  expect(version.deleteModelVersion).toEqual({
    contents: { versionCount: 1, fileCount: 2, fileBytes: 1_500 },
    trashEntry: null,
    userErrors: [],
  });
  const model = await registry.ask(deleteModel, { id: modelId, cascade: true, dryRun: true });
  expect(model.deleteModel).toMatchObject({
    contents: { versionCount: 2, fileCount: 2, fileBytes: 1_500 },
    trashEntry: null,
  });
  expect(await read(registry, id)).toEqual(before);
  expect(await trash(registry)).toEqual([]);

  await registry.ask(deleteVersion, { id });
  const entries = await trash(registry);
  const restored = await registry.ask(restoreVersion, { id, name: "other", dryRun: true });
  expect(restored.restoreModelVersion).toEqual({ modelVersion: null, userErrors: [] });
  const purged = await registry.ask(purgeVersion, { id, dryRun: true });
  expect(purged.purgeModelVersion).toEqual({ tombstone: null, userErrors: [] });
  expect(await trash(registry)).toEqual(entries);
  await registry.ask(restoreVersion, { id });
  expect((await read(registry, id)).files.totalCount).toBe(2);
});

test("the trash tells what, by whom and until when, the last deletion first, page by page", async () => {
  const registry = await aRegistry();
  const colleague = await aMember(registry.db, registry.organizationId, { role: Role.EDITOR, name: "Grace" });
  const send = sender(registry.url, colleague.token);
  const modelId = await aModel(registry, { name: "PPE" });
  const deleted: string[] = [];
  for (const name of ["a", "b", "c", "d"]) {
    const id = await aVersion(registry, modelId, { name });
    if (name === "b") await send(deleteVersion, { id });
    else await registry.ask(deleteVersion, { id });
    deleted.unshift(id);
  }
  await registry.ask(deleteModel, { id: modelId });
  deleted.unshift(modelId);

  const all = await registry.ask(listTrash);
  expect(all.trash.totalCount).toBe(5);
  expect(all.trash.nodes.map(({ objectId }: { objectId: string }) => objectId)).toEqual(deleted);
  expect(all.trash.nodes[3]).toEqual({
    ...{ kind: "MODEL_VERSION", objectId: deleted[3], name: "b", version: 2, modelName: "PPE" },
    ...{ deletedBy: { name: "Grace" }, deletedAt: expect.any(String), purgeAt: expect.any(String) },
    contents: { versionCount: 1, fileCount: 0, fileBytes: 0 },
  });
  const [{ deletedAt, purgeAt }] = all.trash.nodes;
  expect(Math.round((Date.parse(purgeAt) - Date.parse(deletedAt)) / 1_000)).toBe((30 * days) / 1_000);

  const one = (await registry.ask(listTrash, { first: 2 })).trash;
  const two = (await registry.ask(listTrash, { first: 9, after: one.pageInfo.endCursor })).trash;
  expect(one.pageInfo.hasNextPage).toBe(true);
  expect([...one.nodes, ...two.nodes]).toEqual(all.trash.nodes);
  const names = async (where: object) =>
    (await trash(registry, { where })).map(({ name }: { name: string }) => name);
  expect(await names({ kind: { eq: "MODEL" } })).toEqual(["PPE"]);
  expect(await names({ deletedBy: { eq: toGlobalId("User", colleague.userId) } })).toEqual(["b"]);
  expect(await names({ name: { in: ["a", "d"] }, deletedAt: { gte: all.trash.nodes[1].deletedAt } })).toEqual(
    ["d"],
  );
  expect(await statementsOf(() => registry.ask(listTrash))).toHaveLength(readAhead ? 3 : 5);
  expect(await trash(await aRegistry())).toEqual([]);
});

test("an editor deletes, restores and transfers; only an admin purges, and deletes a model with its versions", async () => {
  const registry = await aRegistry();
  const as = async (role: Role): Promise<Send> =>
    sender(registry.url, (await aMember(registry.db, registry.organizationId, { role })).token);
  const [viewer, editor, admin] = [await as(Role.VIEWER), await as(Role.EDITOR), await as(Role.ADMIN)];
  const [modelId, other] = [await aModel(registry), await aModel(registry)];
  const id = await aVersion(registry, modelId);
  const code = async (send: Send, operation: string, variables: object) => {
    const { body } = await send(operation, variables);
    const [payload] = Object.values<{ userErrors: object[] } | null>(body.data ?? {});
    return body.errors?.[0]?.extensions.code ?? payload?.userErrors;
  };
  const codes = async (operation: string, variables: object) => [
    await code(viewer, operation, variables),
    await code(editor, operation, variables),
  ];
  expect(await codes(deleteVersion, { id })).toEqual(["FORBIDDEN", []]);
  expect((await viewer(listTrash)).body.data.trash.nodes).toMatchObject([{ objectId: id }]);
  expect(await codes(restoreVersion, { id })).toEqual(["FORBIDDEN", []]);
  expect(await codes(transfer, { id, modelId: other })).toEqual(["FORBIDDEN", []]);
  expect(await codes(deleteModel, { id: modelId })).toEqual(["FORBIDDEN", []]);
  expect(await codes(purgeModel, { id: modelId })).toEqual(["FORBIDDEN", "FORBIDDEN"]);
  expect(await code(admin, purgeModel, { id: modelId })).toEqual([]);

  expect(await codes(deleteModel, { id: other, cascade: true })).toEqual(["FORBIDDEN", "FORBIDDEN"]);
  const { body } = await editor(deleteModel, { id: other, cascade: true, dryRun: true });
  expect(body.errors?.[0]?.message).toBe(
    "deleteModel with cascade needs the role ADMIN; this API token has EDITOR.",
  );
  expect(await code(admin, deleteModel, { id: other, cascade: true })).toEqual([]);
  expect(await codes(restoreModel, { id: other })).toEqual(["FORBIDDEN", []]);
  await registry.ask(deleteVersion, { id });
  expect(await codes(purgeVersion, { id })).toEqual(["FORBIDDEN", "FORBIDDEN"]);
  expect(await code(admin, purgeVersion, { id })).toEqual([]);
});

test("an idempotency key whose version is in the trash says that it is gone", async () => {
  const registry = await aRegistry();
  const create = `mutation ($modelId: ID!) {
    createModelVersion(modelId: $modelId, input: { name: "v", type: LINE }, idempotencyKey: "k") {
      modelVersion { id } userErrors { code field }
    }
  }`;
  const modelId = await aModel(registry);
  const { id } = (await registry.ask(create, { modelId })).createModelVersion.modelVersion;
  await registry.ask(deleteModel, { id: modelId, cascade: true });
  expect((await registry.ask(create, { modelId })).createModelVersion).toEqual({
    modelVersion: null,
    userErrors: [{ code: "NOT_FOUND", field: ["idempotencyKey"] }],
  });
  await registry.ask(restoreModel, { id: modelId });
  expect((await registry.ask(create, { modelId })).createModelVersion.modelVersion).toEqual({ id });
});

test("the database refuses a live version under a deleted model", async () => {
  const { registry, modelId, id } = await aVersionToDelete();
  const { db } = registry;
  const entry = `insert into trash_entry (id, organization_id, kind, name, deleted_by_id, purge_at)
    select id, organization_id, 'MODEL', name, created_by_id, now() from model where id = $1`;
  await db.query(entry, [uuid(modelId)]);
  const broken = "a live version needs a live model";
  await expect(
    db.query("update model set trash_entry_id = id where id = $1", [uuid(modelId)]),
  ).rejects.toThrow(broken);
  await db.query("delete from trash_entry where id = $1", [uuid(modelId)]);
  await registry.ask(deleteModel, { id: modelId, cascade: true });
  await expect(
    db.query("update model_version set trash_entry_id = null where id = $1", [uuid(id)]),
  ).rejects.toThrow(broken);
});

test("what became of one object is asked by its id, and a version says that its model comes first", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const id = await aVersion(registry, modelId);
  const query = `query ($id: ID!) { trashEntry(objectId: $id) {
    id objectId modelInTrash { objectId } viewerPermissions { restore }
  } }`;
  const entryOf = async (objectId: string) => (await registry.ask(query, { id: objectId })).trashEntry;
  expect(await entryOf(id)).toBeNull();
  await registry.ask(deleteVersion, { id });
  const entry = { id: id.replace("ModelVersion", "TrashEntry"), objectId: id };
  expect(await entryOf(id)).toEqual({ ...entry, modelInTrash: null, viewerPermissions: { restore: true } });
  expect(await entryOf(toGlobalId("Model", uuid(id)))).toBeNull();
  expect(await registry.ask("query ($id: ID!) { node(id: $id) { id } }", { id: entry.id })).toEqual({
    node: { id: entry.id },
  });
  await registry.ask(deleteModel, { id: modelId });
  expect(await entryOf(id)).toEqual({
    ...{ ...entry, modelInTrash: { objectId: modelId }, viewerPermissions: { restore: false } },
  });
  const { body } = await registry.send(query, { id: entry.id });
  expect(body.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", field: ["objectId"] } }]);
});
