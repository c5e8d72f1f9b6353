import { beforeAll, expect, test } from "@jest/globals";
import { Role } from "../src/member/role.ts";
import { aMember, aRegistry, type Registry, statementsOf } from "./support/registry.ts";
import {
  aDataset,
  aDatasetVersion,
  aFile,
  aModel,
  anExperiment,
  aVersion,
  uuid,
  wholeForm,
} from "./support/seed.ts";
import { sender } from "./support/send.ts";

let registry: Registry;
let grace: string;
let modelId: string;

beforeAll(async () => {
  registry = await aRegistry();
  modelId = await aModel(registry, { name: "PPE" });
  const other = await aModel(registry, { name: "Lanes" });
  await aVersion(registry, modelId, { name: "Yolo_S", type: "OBJECT_DETECTION", framework: "PYTORCH" });
  await aVersion(registry, modelId, {
    name: "YOLO m",
    type: "OBJECT_DETECTION",
    framework: "ONNX",
    dockerImage: wholeForm.dockerImage,
  });
  const lanes = await aVersion(registry, other, { name: "100% lanes", type: "LINE" });
  await aFile(registry, lanes);
  const member = await aMember(registry.db, registry.organizationId, {
    role: Role.EDITOR,
    name: "Grace Hopper",
  });
  grace = `User_${member.userId.replaceAll("-", "")}`;
  const asGrace = {
    ...registry,
    ask: async (query: string, variables?: object) =>
      (await sender(registry.url, member.token)(query, variables)).body.data,
  };
  await aVersion(asGrace, modelId, { name: "unet", type: "SEGMENTATION", framework: "TENSORFLOW" });
  await registry.db.query(
    "update model_version set created_at = '2026-01-01T00:00:00Z', updated_at = '2026-02-01T00:00:00Z' where id = $1",
    [uuid(lanes)],
  );
});

async function found(where: object): Promise<string[]> {
  const { modelVersions } = await registry.ask(
    "query ($where: ModelVersionWhere) { modelVersions(where: $where, orderBy: { field: NAME }) { totalCount nodes { name } } }",
    { where },
  );
  expect(modelVersions.totalCount).toBe(modelVersions.nodes.length);
  return modelVersions.nodes.map(({ name }: { name: string }) => name);
}

test.each<[string, object, string[]]>([
  ["nothing", {}, ["100% lanes", "YOLO m", "Yolo_S", "unet"]],
  ["a null filter", { name: null }, ["100% lanes", "YOLO m", "Yolo_S", "unet"]],
  ["name eq", { name: { eq: "YOLO m" } }, ["YOLO m"]],
  ["name in", { name: { in: ["unet", "none"] } }, ["unet"]],
  ["name in nothing", { name: { in: [] } }, []],
  ["name contains, in any case", { name: { contains: "yolo" } }, ["YOLO m", "Yolo_S"]],
  ["name contains _, which is no wildcard", { name: { contains: "_" } }, ["Yolo_S"]],
  ["name contains %, which is no wildcard", { name: { contains: "%" } }, ["100% lanes"]],
  ["type eq", { type: { eq: "LINE" } }, ["100% lanes"]],
  ["type in", { type: { in: ["LINE", "SEGMENTATION"] } }, ["100% lanes", "unet"]],
  ["framework eq", { framework: { eq: "ONNX" } }, ["YOLO m"]],
  ["no framework", { framework: { eq: null } }, ["100% lanes"]],
  ["trainable", { trainable: { eq: true } }, ["YOLO m"]],
  ["not trainable", { trainable: { eq: false } }, ["100% lanes", "Yolo_S", "unet"]],
  ["deployable", { deployable: { eq: true } }, ["100% lanes"]],
  ["created before", { createdAt: { lt: "2026-01-02T00:00:00Z" } }, ["100% lanes"]],
  [
    "created at or after",
    { createdAt: { gte: "2026-01-01T00:00:00+00:00", lte: "2026-01-01T01:00:00+01:00" } },
    ["100% lanes"],
  ],
  [
    "updated since, but created before",
    { createdAt: { gte: "2026-01-15T00:00:00Z" } },
    ["YOLO m", "Yolo_S", "unet"],
  ],
  ["created before, but updated since", { updatedAt: { lte: "2026-01-15T00:00:00Z" } }, []],
  ["updated before", { updatedAt: { lt: "2026-02-01T00:00:01Z" } }, ["100% lanes"]],
  ["updated after", { updatedAt: { gt: "2026-02-01T00:00:00Z" } }, ["YOLO m", "Yolo_S", "unet"]],
  [
    "two at once",
    { type: { eq: "OBJECT_DETECTION" }, framework: { in: ["ONNX", "TENSORFLOW"] } },
    ["YOLO m"],
  ],
])("where %s", async (_what, where, names) => {
  expect(await found(where)).toEqual(names);
});

test("a name is compared in the form in which it is stored", async () => {
  const other = await aRegistry();
  await aModel(other, { name: "Épsilon Café" });
  const count = async (where: object) =>
    (await other.ask("query ($where: ModelWhere) { models(where: $where) { totalCount } }", { where })).models
      .totalCount;
  expect(await count({ name: { eq: " Épsilon Cafe\u0301 " } })).toBe(1);
  expect(await count({ name: { in: ["E\u0301psilon Café"] } })).toBe(1);
  expect(await count({ name: { contains: "éPSILON cafe\u0301" } })).toBe(1);
});

test("where the creator is", async () => {
  expect(await found({ createdBy: { eq: grace } })).toEqual(["unet"]);
  expect(await found({ createdBy: { in: [grace] }, type: { eq: "LINE" } })).toEqual([]);
});

test("under a model, and models themselves", async () => {
  const { model, models } = await registry.ask(
    `query ($id: ID!, $grace: ID!) {
      model(by: { id: $id }) { versions(where: { framework: { eq: PYTORCH } }) { totalCount nodes { name } } }
      models(where: { name: { contains: "lan" }, createdAt: { gt: "2020-01-01T00:00:00Z" } }) { nodes { name } }
      byGrace: models(where: { createdBy: { eq: $grace } }) { totalCount }
    }`,
    { id: modelId, grace },
  );
  expect(model).toEqual({ versions: { totalCount: 1, nodes: [{ name: "Yolo_S" }] } });
  expect(models).toEqual({ nodes: [{ name: "Lanes" }] });
});

test.each([
  ["a null operand", { name: { contains: null } }, "Expected a value for contains, got null."],
  ["null where nothing is", { trainable: { eq: null } }, "Expected a value for eq, got null."],
  ["too many values", { name: { in: Array(101).fill("a") } }, "Expected at most 100 values, got 101."],
  ["a malformed id", { createdBy: { eq: "7" } }, 'Expected the id of a User, got "7".'],
  [
    "an id of another type",
    { createdBy: { in: ["Model_01a2085d7a6e7686917e4c40ceedf259"] } },
    "Expected the id of a User, got the id of a Model.",
  ],
  [
    "a NUL",
    { name: { eq: "\0" } },
    "Expected text without NUL characters, and cursors as they were given out.",
  ],
])("where with %s is refused", async (_what, where, message) => {
  const { status, body } = await registry.send(
    "query ($where: ModelVersionWhere) { modelVersions(where: $where) { totalCount } }",
    { where },
  );
  expect([status, body.errors?.[0]]).toMatchObject([
    400,
    { message, extensions: { code: "BAD_USER_INPUT" } },
  ]);
});

test.each([
  ["a date without time", "2026-01-01"],
  ["a date without zone", "2026-01-01T00:00:00"],
  ["a day that does not exist", "2026-02-30T00:00:00Z"],
  ["a number", 5],
])("%s is no DateTime", async (_what, gt) => {
  const { status, body } = await registry.send(
    "query ($where: ModelVersionWhere) { modelVersions(where: $where) { totalCount } }",
    { where: { createdAt: { gt } } },
  );
  expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
});

test("the database lets nothing be updated before it was created, which filters rely on", async () => {
  await aDatasetVersion(registry, {}, await aDataset(registry));
  await anExperiment(registry);
  for (const table of ["model", "model_version", "dataset", "dataset_version", "experiment"])
    await expect(
      registry.db.query(
        `update ${table} set updated_at = created_at - interval '1 ms' where organization_id = $1`,
        [registry.organizationId],
      ),
    ).rejects.toThrow(`${table}_updated_after_creation`);
});

test.each([
  ["UPDATED_AT", { createdAt: { gt: "2026-01-01T00:00:00Z" } }, "r.updated_at > "],
  ["CREATED_AT", { updatedAt: { lte: "2126-01-01T00:00:00Z" } }, "r.created_at <= "],
])("in the order of %s, what %j says of that moment is asked for too", async (field, where, condition) => {
  const query = `query ($where: ModelVersionWhere, $field: ModelVersionOrderField!) {
    modelVersions(where: $where, orderBy: { field: $field }) { nodes { name } } }`;
  const sent = await statementsOf(() => registry.ask(query, { where, field }));
  expect(sent.join()).toContain(condition);
  const byName = await statementsOf(() => registry.ask(query, { where, field: "NAME" }));
  expect(byName.join()).not.toContain(condition);
});
