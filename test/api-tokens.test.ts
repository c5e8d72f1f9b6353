import { expect, test } from "@jest/globals";
import { Role } from "../src/member/role.ts";
import { aServiceUser, aTokenOf } from "./support/people.ts";
import { aMember, aRegistry, aToken } from "./support/registry.ts";
import { sender } from "./support/send.ts";

const create = `mutation ($memberId: ID, $input: CreateApiTokenInput!, $key: String) {
  createApiToken(memberId: $memberId, input: $input, idempotencyKey: $key) {
    apiToken { id name role prefix expiresAt lastUsedAt createdBy { name } user { name } } secret userErrors { code field message }
  }
}`;
const revoke = "mutation ($id: ID!) { revokeApiToken(id: $id) { revokedId userErrors { code field } } }";
const self =
  "{ viewer { role apiToken { id name role expiresAt lastUsedAt } apiTokens { totalCount nodes { name prefix } } } }";
const inAnHour = () => new Date(Date.now() + 3_600_000);

test("a token is shown once, acts with its own role, and is listed without its secret", async () => {
  const registry = await aRegistry();
  const expiresAt = inAnHour().toISOString();
  const { createApiToken } = await registry.ask(create, { input: { name: "CI", role: "EDITOR", expiresAt } });
  const { secret } = createApiToken;
  expect(createApiToken).toEqual({
    apiToken: {
      ...{ id: expect.any(String), name: "CI", role: "EDITOR", expiresAt, lastUsedAt: null },
      ...{ prefix: secret.slice(0, 16), createdBy: { name: "Ada Lovelace" }, user: { name: "Ada Lovelace" } },
    },
    secret: expect.stringMatching(/^mreg_\w{60}$/),
    userErrors: [],
  });
  const { body } = await sender(registry.url, secret)(self);
  expect(body.data.viewer).toMatchObject({ role: "EDITOR", apiToken: { name: "CI", role: "EDITOR" } });
  expect(body.data.viewer.apiTokens.nodes).toEqual([
    { name: "CI", prefix: secret.slice(0, 16) },
    { name: "test", prefix: registry.token.slice(0, 16) },
  ]);
  expect(JSON.stringify(body)).not.toContain(secret.slice(16));
});

test("a service user acts by the tokens that an administrator makes for it", async () => {
  const registry = await aRegistry();
  const bot = await aServiceUser(registry, { role: "EDITOR" });
  const { secret } = await aTokenOf(registry, bot.memberId, { role: "EDITOR" });
  const model =
    'mutation { createModel(input: { name: "PPE" }) { model { createdBy { id name service } } } }';
  const { body } = await sender(registry.url, secret)(model);
  expect(body.data.createModel.model.createdBy).toEqual({
    id: bot.userId,
    name: "Nightly training",
    service: true,
  });
});

test("a token never makes a stronger token", async () => {
  const registry = await aRegistry();
  const expiresAt = inAnHour();
  const { organizationId, userId } = registry;
  const editor = await aToken(registry.db.manager, { organizationId, userId, role: Role.EDITOR, expiresAt });
  const send = async (input: object) => (await sender(registry.url, editor)(create, { input })).body;
  const input = { name: "Next", role: "EDITOR", expiresAt: expiresAt.toISOString() };
  expect((await send({ ...input, role: "ADMIN" })).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  expect((await send({ ...input, role: "OWNER" })).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  for (const later of [null, undefined, new Date(expiresAt.getTime() + 1).toISOString()])
    expect((await send({ ...input, expiresAt: later })).data.createApiToken).toMatchObject({
      ...{ apiToken: null, secret: null },
      userErrors: [{ code: "INVALID", field: ["input", "expiresAt"] }],
    });
  expect((await send(input)).data.createApiToken.userErrors).toEqual([]);
});

test("a lower role of its member lowers a token at once", async () => {
  const registry = await aRegistry();
  const admin = await aMember(registry.db, registry.organizationId, { role: Role.ADMIN });
  await registry.ask(
    "mutation ($id: ID!) { changeMemberRole(id: $id, role: VIEWER) { userErrors { code } } }",
    {
      id: admin.memberId,
    },
  );
  const { body } = await sender(registry.url, admin.token)(self);
  expect(body.data.viewer).toMatchObject({ role: "VIEWER", apiToken: { role: "ADMIN" } });
});

test("nobody makes a token for another person, nor a stronger one than the service user is", async () => {
  const registry = await aRegistry();
  const grace = await aMember(registry.db, registry.organizationId, { role: Role.VIEWER });
  const bot = await aServiceUser(registry, { role: "VIEWER" });
  const input = { name: "Theirs", role: "EDITOR" };
  expect(
    (await registry.ask(create, { memberId: grace.memberId, input })).createApiToken.userErrors,
  ).toMatchObject([{ code: "CONFLICT", field: ["memberId"] }]);
  expect(
    (await registry.ask(create, { memberId: bot.memberId, input })).createApiToken.userErrors,
  ).toMatchObject([{ code: "INVALID", field: ["input", "role"] }]);
  const { body } = await sender(registry.url, grace.token)(create, {
    memberId: bot.memberId,
    input: { name: "Mine", role: "VIEWER" },
  });
  expect(body.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
});

test("a removed service user gets no token", async () => {
  const registry = await aRegistry();
  const bot = await aServiceUser(registry);
  const { secret } = await aTokenOf(registry, bot.memberId);
  await registry.ask("mutation ($id: ID!) { removeMember(id: $id) { userErrors { code } } }", {
    id: bot.memberId,
  });
  expect((await sender(registry.url, secret)(self)).status).toBe(401);
  const input = { name: "Late", role: "VIEWER" };
  expect(
    (await registry.ask(create, { memberId: bot.memberId, input })).createApiToken.userErrors,
  ).toMatchObject([{ code: "NOT_FOUND", field: ["memberId"] }]);
});

test.each([
  ["a blank name", { name: " " }, ["input", "name"]],
  ["a moment that has passed", { expiresAt: "2020-01-01T00:00:00Z" }, ["input", "expiresAt"]],
])("a token with %s is refused", async (_what, input, field) => {
  const registry = await aRegistry();
  const { createApiToken } = await registry.ask(create, { input: { name: "CI", role: "VIEWER", ...input } });
  expect(createApiToken).toMatchObject({
    apiToken: null,
    secret: null,
    userErrors: [{ code: "INVALID", field }],
  });
});

test("a retry with an idempotency key answers with the same token, and without the secret", async () => {
  const registry = await aRegistry();
  const variables = { input: { name: "CI", role: "VIEWER" }, key: "k" };
  const first = (await registry.ask(create, variables)).createApiToken;
  expect((await registry.ask(create, variables)).createApiToken).toEqual({ ...first, secret: null });
  await registry.ask(revoke, { id: first.apiToken.id });
  expect((await registry.ask(create, variables)).createApiToken).toMatchObject({
    ...{ apiToken: null, secret: null },
    userErrors: [{ code: "NOT_FOUND", field: ["idempotencyKey"] }],
  });
});

test("a revoked token is refused at once, also when it revokes itself", async () => {
  const registry = await aRegistry();
  const { id, secret } = await aTokenOf(registry, null);
  expect((await registry.ask(revoke, { id })).revokeApiToken).toEqual({ revokedId: id, userErrors: [] });
  expect((await sender(registry.url, secret)(self)).status).toBe(401);
  expect((await registry.ask(revoke, { id })).revokeApiToken).toEqual({
    revokedId: null,
    userErrors: [{ code: "NOT_FOUND", field: ["id"] }],
  });
  const own = await aTokenOf(registry, null);
  const { body } = await sender(registry.url, own.secret)(revoke, { id: own.id });
  expect(body.data.revokeApiToken.userErrors).toEqual([]);
  expect((await sender(registry.url, own.secret)(self)).status).toBe(401);
});

test("a token revokes none with which more can be done, and sees those of others as an administrator only", async () => {
  const registry = await aRegistry();
  const { id: owners } = (await registry.ask(self)).viewer.apiToken;
  const weak = await aTokenOf(registry, null, { role: "EDITOR" });
  const admin = await aMember(registry.db, registry.organizationId, { role: Role.ADMIN });
  const editor = await aMember(registry.db, registry.organizationId, { role: Role.EDITOR });
  for (const token of [weak.secret, admin.token]) {
    const { body } = await sender(registry.url, token)(revoke, { id: owners });
    expect(body.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  }
  const hidden = await sender(registry.url, editor.token)(revoke, { id: weak.id });
  expect(hidden.body.data.revokeApiToken.userErrors).toEqual([{ code: "NOT_FOUND", field: ["id"] }]);
  const { body } = await sender(registry.url, admin.token)(revoke, { id: weak.id });
  expect(body.data.revokeApiToken.userErrors).toEqual([]);
});

test("the last use is noted, at most once a minute", async () => {
  const registry = await aRegistry();
  const lastUsedAt = async () => (await registry.ask(self)).viewer.apiToken.lastUsedAt;
  const first = await lastUsedAt();
  expect(Date.now() - Date.parse(first)).toBeLessThan(60_000);
  await Promise.all(Array.from({ length: 20 }, () => registry.ask("{ viewer { role } }")));
  expect(await lastUsedAt()).toBe(first);
  await registry.db.query(
    "update api_token set last_used_at = now() - interval '61 seconds' where user_id = $1",
    [registry.userId],
  );
  expect(Date.parse(await lastUsedAt())).toBeGreaterThanOrEqual(Date.parse(first));
});

test("the tokens of the organization are listed for administrators, by creator and by user", async () => {
  const registry = await aRegistry();
  const bot = await aServiceUser(registry);
  await aTokenOf(registry, bot.memberId, { name: "Robot's" });
  const list = `query ($where: ApiTokenWhere) { apiTokens(where: $where) { nodes { name user { name } createdBy { name } } } }`;
  const robots = { name: "Robot's", user: { name: "Nightly training" }, createdBy: { name: "Ada Lovelace" } };
  expect((await registry.ask(list, { where: { user: { eq: bot.userId } } })).apiTokens.nodes).toEqual([
    robots,
  ]);
  expect((await registry.ask(list, { where: { createdBy: { eq: bot.userId } } })).apiTokens.nodes).toEqual(
    [],
  );
  expect((await registry.ask(list)).apiTokens.nodes).toHaveLength(2);
});
