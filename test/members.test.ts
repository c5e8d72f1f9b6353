import { Agent, request } from "node:http";
import { expect, test } from "@jest/globals";
import { Role } from "../src/member/role.ts";
import { anInvitation, aServiceUser, aTokenOf } from "./support/people.ts";
import { aMember, aRegistry, aToken, type Registry } from "./support/registry.ts";
import { aModel, aVersion } from "./support/seed.ts";
import { sender } from "./support/send.ts";

const members = `query ($where: MemberWhere) {
  members(where: $where) { totalCount nodes { role active removedAt removedBy { name } user { name email service active } } }
}`;
const changeRole = `mutation ($id: ID!, $role: Role!) {
  changeMemberRole(id: $id, role: $role) { member { role } userErrors { code field message } }
}`;
const remove = `mutation ($id: ID!) {
  removeMember(id: $id) { member { active } userErrors { code field message } }
}`;
const whoAmI = "{ viewer { role member { id } user { id name pictureUrl } } }";

const ownMember = async (registry: Registry) => (await registry.ask(whoAmI)).viewer.member.id;

test("the list shows members, service users among them, and those who were removed when asked", async () => {
  const registry = await aRegistry();
  await aServiceUser(registry, { name: "Nightly training", role: "EDITOR" });
  const gone = await aMember(registry.db, registry.organizationId, {
    name: "Grace Hopper",
    role: Role.EDITOR,
  });
  await registry.ask(remove, { id: gone.memberId });

  const ada = { role: "OWNER", active: true, removedAt: null, removedBy: null };
  const bot = {
    role: "EDITOR",
    active: true,
    user: { name: "Nightly training", email: null, service: true },
  };
  const today = (await registry.ask(members)).members;
  expect(today).toMatchObject({ totalCount: 2, nodes: [ada, bot] });
  expect((await registry.ask(members, { where: { service: { eq: true } } })).members.nodes).toMatchObject([
    bot,
  ]);
  expect((await registry.ask(members, { where: { role: { eq: "OWNER" } } })).members.nodes).toMatchObject([
    ada,
  ]);
  const named = { where: { name: { contains: "night" } } };
  expect((await registry.ask(members, named)).members.nodes).toMatchObject([bot]);
  expect((await registry.ask(members, { where: { active: null } })).members.totalCount).toBe(3);
  expect((await registry.ask(members, { where: { active: { eq: false } } })).members.nodes).toMatchObject([
    {
      ...{
        role: "EDITOR",
        active: false,
        removedAt: expect.any(String),
        removedBy: { name: "Ada Lovelace" },
      },
      user: { name: "Grace Hopper", active: false },
    },
  ]);
});

test("a removed member stays visible as author, marked inactive", async () => {
  const registry = await aRegistry();
  const grace = await aMember(registry.db, registry.organizationId, { name: "Grace", role: Role.EDITOR });
  const create = 'mutation { createModel(input: { name: "PPE" }) { model { id } } }';
  await sender(registry.url, grace.token)(create);
  const author = '{ model(by: { name: "PPE" }) { createdBy { name active member { role removedAt } } } }';
  expect((await registry.ask(author)).model.createdBy).toMatchObject({
    active: true,
    member: { removedAt: null },
  });
  await registry.ask(remove, { id: grace.memberId });
  expect((await registry.ask(author)).model.createdBy).toEqual({
    ...{ name: "Grace", active: false },
    member: { role: "EDITOR", removedAt: expect.any(String) },
  });
});

/** Sends a request on a connection that stays open. */
function askOn(agent: Agent, { url }: Registry, token: string): Promise<{ reused: boolean; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const sent = request(url, { method: "POST", agent, headers }, async (response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      resolve({ reused: sent.reusedSocket, body });
    });
    sent.on("error", reject).end(JSON.stringify({ query: "{ viewer { role } }" }));
  });
}

test("a removal and a lower role take effect at once, also on an open connection", async () => {
  const registry = await aRegistry();
  const grace = await aMember(registry.db, registry.organizationId, { role: Role.ADMIN });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = () => askOn(agent, registry, grace.token);
  expect((await ask()).body).toContain('"ADMIN"');
  await registry.ask(changeRole, { id: grace.memberId, role: "VIEWER" });
  expect(await ask()).toEqual({ reused: true, body: expect.stringContaining('"VIEWER"') });
  await registry.ask(remove, { id: grace.memberId });
  expect(await ask()).toEqual({ reused: true, body: expect.stringContaining('"UNAUTHENTICATED"') });
  agent.destroy();
});

test("the tokens and the open invitations of a removed member are gone", async () => {
  const registry = await aRegistry();
  const grace = await aMember(registry.db, registry.organizationId, { role: Role.ADMIN });
  const hers = { ...registry, send: sender(registry.url, grace.token) };
  hers.ask = async (query, variables) => (await hers.send(query, variables)).body.data;
  const { secret } = await anInvitation(hers);
  const bot = await aServiceUser(hers);
  const ofBot = await aTokenOf(hers, bot.memberId);
  await registry.ask(remove, { id: grace.memberId });

  const accept =
    'mutation ($s: String!) { acceptInvitation(input: { secret: $s, name: "Eve" }) { userErrors { code } } }';
  const { body } = await sender(registry.url, "")(accept, { s: secret }, { authorization: "" });
  expect(body.data.acceptInvitation.userErrors).toMatchObject([{ code: "NOT_FOUND" }]);
  expect((await registry.ask("{ invitations { totalCount } }")).invitations.totalCount).toBe(0);
  // A service user is not hers; who made its token can be seen.
  expect((await sender(registry.url, ofBot.secret)(whoAmI)).status).toBe(200);
  const listed = await registry.ask("{ apiTokens { nodes { name createdBy { active } } } }");
  expect(listed.apiTokens.nodes).toContainEqual({ name: "CI", createdBy: { active: false } });
});

test("the tokens that a removed member has made for service users end with it when asked", async () => {
  const registry = await aRegistry();
  const grace = await aMember(registry.db, registry.organizationId, { role: Role.ADMIN });
  const bot = await aServiceUser(registry);
  const ofGrace = await sender(registry.url, grace.token)(
    'mutation ($id: ID!) { createApiToken(memberId: $id, input: { name: "CI", role: VIEWER }) { secret } }',
    { id: bot.memberId },
  );
  const ofOwner = await aTokenOf(registry, bot.memberId);
  await registry.ask(
    "mutation ($id: ID!) { removeMember(id: $id, revokeCreatedTokens: true) { userErrors { code } } }",
    { id: grace.memberId },
  );
  expect((await sender(registry.url, ofGrace.body.data.createApiToken.secret)(whoAmI)).status).toBe(401);
  expect((await sender(registry.url, ofOwner.secret)(whoAmI)).status).toBe(200);
});

test("an administrator manages up to administrators, and never touches an owner", async () => {
  const registry = await aRegistry();
  const [admin, other, viewer] = [
    await aMember(registry.db, registry.organizationId, { role: Role.ADMIN }),
    await aMember(registry.db, registry.organizationId, { role: Role.ADMIN }),
    await aMember(registry.db, registry.organizationId, { role: Role.VIEWER }),
  ];
  const send = sender(registry.url, admin.token);
  const code = async (query: string, variables: object) =>
    (await send(query, variables)).body.errors?.[0]?.extensions.code;
  const owner = await ownMember(registry);
  expect(await code(changeRole, { id: owner, role: "VIEWER" })).toBe("FORBIDDEN");
  expect(await code(remove, { id: owner })).toBe("FORBIDDEN");
  expect(await code(changeRole, { id: viewer.memberId, role: "OWNER" })).toBe("FORBIDDEN");
  expect(await code(changeRole, { id: admin.memberId, role: "OWNER" })).toBe("FORBIDDEN");
  expect(await code(changeRole, { id: viewer.memberId, role: "ADMIN" })).toBeUndefined();
  expect(await code(remove, { id: other.memberId })).toBeUndefined();
});

test("everybody may leave, though not with a token that may less than its member", async () => {
  const registry = await aRegistry();
  const viewer = await aMember(registry.db, registry.organizationId, { role: Role.VIEWER });
  const editor = await aMember(registry.db, registry.organizationId, { role: Role.EDITOR });
  const leave = async (token: string, id: string) => (await sender(registry.url, token)(remove, { id })).body;
  expect((await leave(viewer.token, editor.memberId)).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  const { organizationId } = registry;
  const weak = await aToken(registry.db.manager, {
    ...{ organizationId, userId: editor.userId },
    role: Role.VIEWER,
  });
  expect((await leave(weak, editor.memberId)).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  expect((await leave(viewer.token, viewer.memberId)).data.removeMember.userErrors).toEqual([]);
  expect((await sender(registry.url, viewer.token)(whoAmI)).status).toBe(401);
});

test("what a document does after it has ended its own access is refused, and shows nothing", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const admin = await aMember(registry.db, registry.organizationId, { role: Role.ADMIN });
  const query = `mutation ($self: ID!, $modelId: ID!) {
    gone: removeMember(id: $self) { userErrors { code } }
    refused: updateModel(id: $modelId, input: { name: "" }) { model { name } userErrors { code } }
  }`;
  const { body } = await sender(registry.url, admin.token)(query, { self: admin.memberId, modelId });
  expect(body.data ?? null).toBeNull();
  expect(body.errors).toMatchObject([{ path: ["refused"], extensions: { code: "UNAUTHENTICATED" } }]);
});

test("the database never lets in who was removed, whatever tokens are left", async () => {
  const registry = await aRegistry();
  const grace = await aMember(registry.db, registry.organizationId, { role: Role.EDITOR });
  await registry.ask(remove, { id: grace.memberId });
  const { organizationId } = registry;
  const left = await aToken(registry.db.manager, { organizationId, userId: grace.userId, role: Role.EDITOR });
  expect((await sender(registry.url, left)(whoAmI)).status).toBe(401);
  const [{ id }] = await registry.db.query("select id from api_token where user_id = $1", [grace.userId]);
  const held = "select * from hold_access($1, $2, $3)";
  expect(await registry.db.query(held, [organizationId, grace.userId, id])).toEqual([]);
});

test("an organization keeps an owner", async () => {
  const registry = await aRegistry();
  const id = await ownMember(registry);
  const refused = { userErrors: [{ code: "CONFLICT", field: ["id"] }] };
  expect((await registry.ask(remove, { id })).removeMember).toMatchObject({
    member: { active: true },
    ...refused,
  });
  expect((await registry.ask(changeRole, { id, role: "ADMIN" })).changeMemberRole).toMatchObject({
    member: { role: "OWNER" },
    ...refused,
  });
  await aMember(registry.db, registry.organizationId, { role: Role.OWNER });
  expect((await registry.ask(remove, { id })).removeMember).toMatchObject({ userErrors: [] });
});

test.each([
  ["the removal of the last owner", "update member set removed_at = now() where organization_id = $1"],
  ["a lower role of the last owner", "update member set role = 'ADMIN' where organization_id = $1"],
  ["the deletion of the last owner", "delete from member where organization_id = $1"],
  ["a service user as owner", "update member set email = null where organization_id = $1"],
])("the database itself refuses %s", async (_what, statement) => {
  const { db, organizationId } = await aRegistry();
  await db.query("delete from api_token where organization_id = $1", [organizationId]);
  await expect(db.query(statement, [organizationId])).rejects.toThrow(/owner/);
});

test("the database refuses an organization without an owner, and two members with one address", async () => {
  const { db, organizationId, userId } = await aRegistry();
  await expect(
    db.query("insert into organization (id, name) values (gen_random_uuid(), 'Nobody')"),
  ).rejects.toThrow("an organization needs an owner");
  await expect(
    db.transaction(async (tx) => {
      const [{ id }] = await tx.query(
        "insert into user_account (id, name, email) select gen_random_uuid(), name, email from user_account where id = $1 returning id",
        [userId],
      );
      await tx.query(
        "insert into member (id, organization_id, user_id, email, role) select gen_random_uuid(), $1, id, email, 'VIEWER' from user_account where id = $2",
        [organizationId, id],
      );
    }),
  ).rejects.toThrow("member_email_taken");
});

test("a member is removed once, and a foreign one is not there", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const grace = await aMember(registry.db, registry.organizationId, { role: Role.EDITOR });
  expect((await other.ask(remove, { id: grace.memberId })).removeMember).toMatchObject({
    member: null,
    userErrors: [{ code: "NOT_FOUND", field: ["id"], message: "There is no member with this id." }],
  });
  await registry.ask(remove, { id: grace.memberId });
  for (const [query, field] of [
    [remove, "removeMember"],
    [changeRole, "changeMemberRole"],
  ] as const) {
    const again = await registry.ask(query, { id: grace.memberId, role: "VIEWER" });
    expect(again[field].userErrors).toMatchObject([
      { code: "CONFLICT", message: "This member was removed before." },
    ]);
  }
});

test("everybody sets the own name and picture; a script's are set for it", async () => {
  const registry = await aRegistry();
  const viewer = await aMember(registry.db, registry.organizationId, { role: Role.VIEWER });
  const update = `mutation ($input: UpdateUserInput!) {
    updateProfile(input: $input) { user { name pictureUrl } userErrors { code field } }
  }`;
  const send = async (input: object) => (await sender(registry.url, viewer.token)(update, { input })).body;
  const pictureUrl = "https://pictures.example.com/grace.png";
  expect((await send({ name: " Grace ", pictureUrl })).data.updateProfile).toEqual({
    user: { name: "Grace", pictureUrl },
    userErrors: [],
  });
  expect((await send({ pictureUrl: null })).data.updateProfile.user).toEqual({
    name: "Grace",
    pictureUrl: null,
  });
  expect((await send({})).data.updateProfile).toMatchObject({ user: { name: "Grace" }, userErrors: [] });
  expect((await send({ name: null })).data.updateProfile).toMatchObject({
    user: { name: "Grace" },
    userErrors: [{ code: "INVALID", field: ["input", "name"] }],
  });
  expect(
    (await send({ pictureUrl: `https://x.example/${"a".repeat(2_000)}` })).data.updateProfile.userErrors,
  ).toEqual([{ code: "INVALID", field: ["input", "pictureUrl"] }]);
  expect((await send({ pictureUrl: "javascript:alert(1)" })).errors?.[0]?.extensions.code).toBe(
    "BAD_USER_INPUT",
  );

  const bot = await aServiceUser(registry);
  const updateBot = `mutation ($id: ID!) {
    updateServiceUser(id: $id, input: { name: "Robot" }) { member { user { name } } userErrors { code field } }
  }`;
  expect((await registry.ask(updateBot, { id: bot.memberId })).updateServiceUser).toEqual({
    member: { user: { name: "Robot" } },
    userErrors: [],
  });
  expect((await registry.ask(updateBot, { id: viewer.memberId })).updateServiceUser).toMatchObject({
    member: { user: { name: "Grace" } },
    userErrors: [{ code: "CONFLICT", field: ["id"] }],
  });
});

test("a token that may less than its member does not change how its user is shown", async () => {
  const registry = await aRegistry();
  const { secret } = await aTokenOf(registry, null, { role: "ADMIN" });
  const update = 'mutation { updateProfile(input: { name: "Defaced" }) { user { name } } }';
  expect((await sender(registry.url, secret)(update)).body.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
});

test("a service user is at most an administrator, and is created once for an idempotency key", async () => {
  const registry = await aRegistry();
  const create = `mutation ($role: Role!, $key: String) {
    createServiceUser(input: { name: "Robot", role: $role }, idempotencyKey: $key) { member { id } userErrors { code field } }
  }`;
  const bot = await aServiceUser(registry);
  const owner = { userErrors: [{ code: "INVALID", field: ["input", "role"] }] };
  expect((await registry.ask(create, { role: "OWNER" })).createServiceUser).toMatchObject(owner);
  expect(
    (await registry.ask(changeRole, { id: bot.memberId, role: "OWNER" })).changeMemberRole,
  ).toMatchObject({
    userErrors: [{ code: "INVALID", field: ["role"] }],
  });
  const first = await registry.ask(create, { role: "ADMIN", key: "k" });
  expect(await registry.ask(create, { role: "ADMIN", key: "k" })).toEqual(first);
});

test("a frontend is told which pens to show", async () => {
  const registry = await aRegistry();
  await aVersion(registry, await aModel(registry));
  const viewer = await aMember(registry.db, registry.organizationId, { role: Role.VIEWER });
  const pens =
    "{ models { nodes { viewerPermissions { update createVersion } latestVersion { viewerPermissions { update } } } } }";
  const shown = (may: boolean) => [
    {
      viewerPermissions: { update: may, createVersion: may },
      latestVersion: { viewerPermissions: { update: may } },
    },
  ];
  expect((await registry.ask(pens)).models.nodes).toEqual(shown(true));
  expect((await sender(registry.url, viewer.token)(pens)).body.data.models.nodes).toEqual(shown(false));
});
