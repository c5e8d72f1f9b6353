import { expect, test } from "@jest/globals";
import { Role } from "../src/member/role.ts";
import { aMember, aRegistry } from "./support/registry.ts";
import { aModel, wholeForm } from "./support/seed.ts";
import { sender } from "./support/send.ts";

const createModel = `mutation ($name: String!, $key: String) {
  createModel(input: { name: $name }, idempotencyKey: $key) { model { id name } userErrors { code field } }
}`;
const createVersion = `mutation ($modelId: ID!, $input: CreateModelVersionInput!, $key: String) {
  createModelVersion(modelId: $modelId, input: $input, idempotencyKey: $key) {
    modelVersion { id version } userErrors { code field }
  }
}`;

test("the same key gives the same model and the same version", async () => {
  const registry = await aRegistry();
  const first = await registry.ask(createModel, { name: "a", key: "k1" });
  expect(await registry.ask(createModel, { name: "a", key: "k1" })).toEqual(first);

  const variables = {
    modelId: first.createModel.model.id,
    input: { name: "v", type: "LINE", ...wholeForm },
    key: "k2",
  };
  const version = await registry.ask(createVersion, variables);
  expect(await registry.ask(createVersion, variables)).toEqual(version);
  expect(version.createModelVersion.modelVersion.version).toBe(1);
  const { modelVersions } = await registry.ask("{ modelVersions { totalCount } }");
  expect(modelVersions.totalCount).toBe(1);
});

test("50 requests at once with one key create once", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const variables = { modelId, input: { name: "v", type: "LINE" }, key: "k" };
  const answers = await Promise.all(Array.from({ length: 50 }, () => registry.ask(createVersion, variables)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0].createModelVersion).toMatchObject({ modelVersion: { version: 1 }, userErrors: [] });
});

test("a key that was used for something else is a conflict", async () => {
  const registry = await aRegistry();
  await registry.ask(createModel, { name: "a", key: "k" });
  const conflict = { userErrors: [{ code: "CONFLICT", field: ["idempotencyKey"] }] };
  expect((await registry.ask(createModel, { name: "b", key: "k" })).createModel).toMatchObject({
    model: null,
    ...conflict,
  });
  const modelId = await aModel(registry);
  const version = await registry.ask(createVersion, {
    modelId,
    input: { name: "a", type: "LINE" },
    key: "k",
  });
  expect(version.createModelVersion).toMatchObject({ modelVersion: null, ...conflict });
});

test("a refused request does not use its key up", async () => {
  const registry = await aRegistry();
  await registry.ask(createModel, { name: "a" });
  expect((await registry.ask(createModel, { name: "a", key: "k" })).createModel.userErrors).toMatchObject([
    { code: "TAKEN" },
  ]);
  expect((await registry.ask(createModel, { name: "b", key: "k" })).createModel.model.name).toBe("b");
});

test("a key is its user's own", async () => {
  const registry = await aRegistry();
  const colleague = await aMember(registry.db, registry.organizationId, { role: Role.EDITOR });
  await registry.ask(createModel, { name: "a", key: "k" });
  const { body } = await sender(registry.url, colleague.token)(createModel, { name: "b", key: "k" });
  expect(body.data.createModel.model.name).toBe("b");
});

test.each([[""], ["x".repeat(256)], ["\ud800"]])("a key of %p is refused", async (key) => {
  const registry = await aRegistry();
  expect((await registry.ask(createModel, { name: "a", key })).createModel.userErrors).toEqual([
    { code: "INVALID", field: ["idempotencyKey"] },
  ]);
});

test("neither the key nor the input is kept", async () => {
  const registry = await aRegistry();
  await registry.ask(createModel, { name: "canary-name", key: "canary-key" });
  const [{ kept }] = await registry.db.query(
    "select string_agg(i::text, ' ') as kept from idempotency_key i",
  );
  expect(kept).not.toContain(Buffer.from("canary").toString("hex"));
  expect(kept).not.toContain("canary");
});

test("a key that is older than a day counts as new, in 100 requests at once too", async () => {
  const registry = await aRegistry();
  const keys = Array.from({ length: 100 }, (_, index) => `k${index}`);
  await Promise.all(keys.map((key) => registry.ask(createModel, { name: `first ${key}`, key })));
  await registry.db.query("update idempotency_key set created_at = now() - interval '25 hours'");
  const again = await Promise.all(
    keys.reverse().map((key) => registry.ask(createModel, { name: `second ${key}`, key })),
  );
  expect(again.flatMap(({ createModel }) => createModel.userErrors)).toEqual([]);
});

test("a key is forgotten after a day", async () => {
  const registry = await aRegistry();
  await registry.ask(createModel, { name: "a", key: "k" });
  await registry.db.query(
    "update idempotency_key set created_at = now() - interval '25 hours' where user_id = $1",
    [registry.userId],
  );
  await registry.ask(createModel, { name: "b", key: "other" });
  const [{ count }] = await registry.db.query(
    "select count(*)::int as count from idempotency_key where user_id = $1",
    [registry.userId],
  );
  expect(count).toBe(1);
});

test("a key whose object is gone says so", async () => {
  const registry = await aRegistry();
  await registry.ask(createModel, { name: "a", key: "k" });
  await registry.db.query("delete from model where organization_id = $1", [registry.organizationId]);
  expect((await registry.ask(createModel, { name: "a", key: "k" })).createModel).toEqual({
    model: null,
    userErrors: [{ code: "NOT_FOUND", field: ["idempotencyKey"] }],
  });
});
