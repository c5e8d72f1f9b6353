import { expect, test } from "@jest/globals";
import { Role } from "../src/member/role.ts";
import { anInvitation } from "./support/people.ts";
import { aMember, aRegistry, aToken, type Registry } from "./support/registry.ts";
import { uuid } from "./support/seed.ts";
import { sender } from "./support/send.ts";

const invite = `mutation ($input: InviteMemberInput!, $key: String) {
  inviteMember(input: $input, idempotencyKey: $key) {
    invitation { id email role expiresAt createdBy { name } } secret userErrors { code field message }
  }
}`;
const accept = `mutation ($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) { organization { name } role secret userErrors { code field message } }
}`;
const revoke = "mutation ($id: ID!) { revokeInvitation(id: $id) { revokedId userErrors { code field } } }";
const invitations = "{ invitations { totalCount nodes { email role } } }";
const whoAmI = "{ viewer { role organization { name } user { id name email pictureUrl service active } } }";

/** Accepts with no token at all, as a newcomer does, or with one of an organization where one is a member. */
const acceptAt = async ({ url }: Registry, input: object, token?: string) =>
  (await sender(url, "")(accept, { input }, { authorization: token ? `Bearer ${token}` : "" })).body.data
    .acceptInvitation;

test("an invitation makes a user and a token, once", async () => {
  const registry = await aRegistry();
  const { inviteMember } = await registry.ask(invite, {
    input: { email: " Grace@Example.COM ", role: "EDITOR" },
  });
  expect(inviteMember).toEqual({
    invitation: {
      ...{
        id: expect.any(String),
        email: "grace@example.com",
        role: "EDITOR",
        expiresAt: expect.any(String),
      },
      createdBy: { name: "Ada Lovelace" },
    },
    secret: expect.stringMatching(/^minv_\w{60}$/),
    userErrors: [],
  });
  const input = {
    secret: inviteMember.secret,
    name: "Grace Hopper",
    pictureUrl: "https://p.example.com/g.png",
  };
  const accepted = await acceptAt(registry, input);
  expect(accepted).toEqual({
    ...{ organization: { name: "Acme Vision" }, role: "EDITOR", userErrors: [] },
    secret: expect.stringMatching(/^mreg_\w{60}$/),
  });
  const { body } = await sender(registry.url, accepted.secret)(whoAmI);
  expect(body.data.viewer).toMatchObject({
    role: "EDITOR",
    user: {
      ...{ name: "Grace Hopper", email: "grace@example.com", pictureUrl: "https://p.example.com/g.png" },
      ...{ service: false, active: true },
    },
  });
  expect((await registry.ask(invitations)).invitations.totalCount).toBe(0);
  expect(await acceptAt(registry, input)).toMatchObject({
    ...{ organization: null, role: null, secret: null },
    userErrors: [{ code: "NOT_FOUND", field: ["input", "secret"] }],
  });
});

test("of 20 who accept one invitation at once, one becomes a member", async () => {
  const registry = await aRegistry();
  const { secret } = await anInvitation(registry);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => acceptAt(registry, { secret, name: `Guest ${index}` })),
  );
  expect(answers.filter((answer) => answer.secret !== null)).toHaveLength(1);
  expect(answers.filter(({ userErrors }) => userErrors[0]?.code === "NOT_FOUND")).toHaveLength(19);
  expect((await registry.ask("{ members { totalCount } }")).members.totalCount).toBe(2);
});

test("who has a user joins another organization as the same user", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const email = `${other.userId}@example.com`;
  const { secret } = await anInvitation(registry, { email, role: "VIEWER" });
  // The address alone proves nothing: the inviter knows the secret too.
  const stranger = await acceptAt(registry, {
    secret: (await anInvitation(await aRegistry(), { email })).secret,
    name: "Eve",
  });
  expect((await sender(registry.url, stranger.secret)(whoAmI)).body.data.viewer.user.name).toBe("Eve");

  const named = await acceptAt(registry, { secret, name: "Other" }, other.token);
  expect(named.userErrors).toMatchObject([{ code: "INVALID", field: ["input", "name"] }]);
  const joined = await acceptAt(registry, { secret }, other.token);
  expect(joined).toMatchObject({ role: "VIEWER", userErrors: [] });
  const [there, here] = [
    await other.ask(whoAmI),
    (await sender(registry.url, joined.secret)(whoAmI)).body.data,
  ];
  expect(here.viewer.user).toEqual(there.viewer.user);
  expect([there.viewer.role, here.viewer.role]).toEqual(["OWNER", "VIEWER"]);
});

test("an invitation is for its address, and for who is not a member", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const { secret } = await anInvitation(registry, { email: "somebody@example.com" });
  const conflict = { userErrors: [{ code: "CONFLICT", field: ["input", "secret"] }] };
  expect(await acceptAt(registry, { secret }, other.token)).toMatchObject(conflict);
  const taken = await registry.ask(invite, {
    input: { email: `${registry.userId}@EXAMPLE.com`, role: "VIEWER" },
  });
  expect(taken.inviteMember.userErrors).toMatchObject([{ code: "TAKEN", field: ["input", "email"] }]);
  expect(await acceptAt(registry, { secret, name: "Somebody" })).toMatchObject({ userErrors: [] });
});

test("who was removed comes back as the same user with a token of another organization", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const email = `${other.userId}@example.com`;
  await acceptAt(registry, { secret: (await anInvitation(registry, { email })).secret }, other.token);
  const find = `{ members(where: { email: { eq: "${email}" }, active: null }) { nodes { id role active createdAt } } }`;
  const [member] = (await registry.ask(find)).members.nodes;
  await registry.ask("mutation ($id: ID!) { removeMember(id: $id) { userErrors { code } } }", {
    id: member.id,
  });
  const again = await anInvitation(registry, { email, role: "VIEWER" });
  expect(await acceptAt(registry, { secret: again.secret }, other.token)).toMatchObject({ role: "VIEWER" });
  expect((await registry.ask(find)).members.nodes).toEqual([
    { id: member.id, role: "VIEWER", active: true, createdAt: expect.any(String) },
  ]);
});

test.each([
  ["no e-mail address", { email: "nobody" }, ["input", "email"]],
  ["two addresses", { email: "a@b.c, d@e.f" }, ["input", "email"]],
  ["an over-long address", { email: `${"x".repeat(251)}@b.c` }, ["input", "email"]],
  ["a NUL", { email: "a\0@b.c" }, ["input", "email"]],
  ["half a surrogate pair", { email: "\ud800@b.c" }, ["input", "email"]],
  ["no day", { days: 0 }, ["input", "days"]],
  ["91 days", { days: 91 }, ["input", "days"]],
])("an invitation with %s is refused", async (_what, input, field) => {
  const registry = await aRegistry();
  const { inviteMember } = await registry.ask(invite, {
    input: { email: "a@b.c", role: "VIEWER", ...input },
  });
  expect(inviteMember).toMatchObject({
    invitation: null,
    secret: null,
    userErrors: [{ code: "INVALID", field }],
  });
  expect((await registry.ask(invitations)).invitations.totalCount).toBe(0);
});

test.each([
  ["nonsense", "INVALID"],
  ["mreg_".padEnd(65, "0"), "INVALID"],
  ["minv_0123456789012345678901234567890123456789012345678901234rVhNA", "INVALID"],
])("the secret %p is refused", async (secret, code) => {
  const registry = await aRegistry();
  expect((await acceptAt(registry, { secret, name: "Eve" })).userErrors).toMatchObject([{ code }]);
});

test("a blank name, an expired invitation and a token that is no good are refused, and the invitation stays", async () => {
  const registry = await aRegistry();
  const { secret, invitation } = await anInvitation(registry);
  for (const name of ["", null, " "])
    expect((await acceptAt(registry, { secret, name })).userErrors).toMatchObject([
      { code: "INVALID", field: ["input", "name"] },
    ]);
  const wrong = await sender(registry.url, "mreg_nonsense")(accept, { input: { secret } });
  expect(wrong.body.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  expect((await registry.ask(invitations)).invitations.totalCount).toBe(1);
  await registry.db.query("update invitation set expires_at = now() where organization_id = $1", [
    registry.organizationId,
  ]);
  expect((await acceptAt(registry, { secret, name: "Eve" })).userErrors).toMatchObject([
    { code: "NOT_FOUND" },
  ]);
  expect(invitation).toBeDefined();
});

test("one invitation an address at a time; a revoked or expired one makes room", async () => {
  const registry = await aRegistry();
  const input = { email: "grace@example.com", role: "VIEWER" };
  const first = (await registry.ask(invite, { input })).inviteMember;
  const taken = (await registry.ask(invite, { input })).inviteMember;
  expect(taken.userErrors).toMatchObject([{ code: "TAKEN", field: ["input", "email"] }]);
  const { id } = first.invitation;
  expect((await registry.ask(revoke, { id })).revokeInvitation).toEqual({ revokedId: id, userErrors: [] });
  expect((await acceptAt(registry, { secret: first.secret, name: "Grace" })).userErrors).toMatchObject([
    { code: "NOT_FOUND" },
  ]);
  expect((await registry.ask(revoke, { id })).revokeInvitation).toEqual({
    revokedId: null,
    userErrors: [{ code: "NOT_FOUND", field: ["id"] }],
  });
  await registry.ask(invite, { input });
  await registry.db.query("update invitation set expires_at = now() where organization_id = $1", [
    registry.organizationId,
  ]);
  expect((await registry.ask(invite, { input })).inviteMember.userErrors).toEqual([]);
  expect((await registry.ask(invitations)).invitations).toEqual({
    ...{ totalCount: 1, nodes: [{ email: "grace@example.com", role: "VIEWER" }] },
  });
});

test("nobody invites to a role above the own one, and an offer falls with who made it", async () => {
  const registry = await aRegistry();
  const admin = await aMember(registry.db, registry.organizationId, { role: Role.ADMIN });
  const send = sender(registry.url, admin.token);
  const forbidden = await send(invite, { input: { email: "a@b.c", role: "OWNER" } });
  expect(forbidden.body.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  const { body } = await send(invite, { input: { email: "a@b.c", role: "ADMIN" } });
  const { secret } = body.data.inviteMember;
  await registry.ask(
    "mutation ($id: ID!) { changeMemberRole(id: $id, role: EDITOR) { userErrors { code } } }",
    {
      id: admin.memberId,
    },
  );
  expect((await acceptAt(registry, { secret, name: "Eve" })).userErrors).toMatchObject([
    { code: "NOT_FOUND" },
  ]);
});

test("a lower role takes along the offers that it could not make", async () => {
  const registry = await aRegistry();
  const owner = await aMember(registry.db, registry.organizationId, { role: Role.OWNER });
  const send = sender(registry.url, owner.token);
  for (const role of ["OWNER", "ADMIN"])
    await send(invite, { input: { email: `${role}@example.com`, role } });
  const demote =
    "mutation ($id: ID!, $role: Role!) { changeMemberRole(id: $id, role: $role) { userErrors { code } } }";
  await registry.ask(demote, { id: owner.memberId, role: "ADMIN" });
  expect((await registry.ask(invitations)).invitations.nodes).toEqual([
    { email: "admin@example.com", role: "ADMIN" },
  ]);
  await registry.ask(demote, { id: owner.memberId, role: "EDITOR" });
  expect((await registry.ask(invitations)).invitations.nodes).toEqual([]);
});

test("an offer falls with the token with which it was made, and does not outlive it", async () => {
  const registry = await aRegistry();
  const { organizationId, userId } = registry;
  const expiresAt = new Date(Date.now() + 3_600_000);
  const token = await aToken(registry.db.manager, { organizationId, userId, role: Role.OWNER, expiresAt });
  const send = sender(registry.url, token);
  const { invitation, secret } = (await send(invite, { input: { email: "a@b.c", role: "VIEWER" } })).body.data
    .inviteMember;
  expect(invitation.expiresAt).toBe(expiresAt.toISOString());
  const own = (await send("{ viewer { apiToken { id } } }")).body.data.viewer.apiToken;
  await registry.ask("mutation ($id: ID!) { revokeApiToken(id: $id) { userErrors { code } } }", {
    id: own.id,
  });
  expect((await acceptAt(registry, { secret, name: "Eve" })).userErrors).toMatchObject([
    { code: "NOT_FOUND" },
  ]);
});

test("a token that may less than its member, or that expires, does not join for its user", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const { secret } = await anInvitation(registry, { email: `${other.userId}@example.com` });
  const of = { organizationId: other.organizationId, userId: other.userId };
  const expiresAt = new Date(Date.now() + 3_600_000);
  for (const limited of [{ role: Role.VIEWER }, { role: Role.OWNER, expiresAt }]) {
    const token = await aToken(other.db.manager, { ...of, ...limited });
    const { body } = await sender(registry.url, token)(accept, { input: { secret } });
    expect(body.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  }
  expect(await acceptAt(registry, { secret }, other.token)).toMatchObject({ userErrors: [] });
});

test("who is a member already does not join again, and keeps the role", async () => {
  const registry = await aRegistry();
  const { secret, invitation } = await anInvitation(registry, { role: "VIEWER" });
  await registry.db.query("update invitation set email = $2 where id = $1", [
    uuid(invitation),
    `${registry.userId}@example.com`,
  ]);
  expect(await acceptAt(registry, { secret }, registry.token)).toMatchObject({
    userErrors: [{ code: "CONFLICT", field: ["input", "secret"] }],
  });
  expect((await registry.ask(whoAmI)).viewer.role).toBe("OWNER");
});

test("a variable that is null where it cannot be is the client's error", async () => {
  const registry = await aRegistry();
  const query =
    'mutation ($d: Int) { inviteMember(input: { email: "a@b.c", role: VIEWER, days: $d }) { secret } }';
  const { status, body } = await registry.send(query, { d: null });
  expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
});

test("an administrator does not revoke an owner's invitation", async () => {
  const registry = await aRegistry();
  const { invitation } = await anInvitation(registry, { role: "OWNER" });
  const admin = await aMember(registry.db, registry.organizationId, { role: Role.ADMIN });
  const { body } = await sender(registry.url, admin.token)(revoke, { id: invitation });
  expect(body.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
});

test("a retry with an idempotency key answers with the same invitation, and without the secret", async () => {
  const registry = await aRegistry();
  const variables = { input: { email: "a@b.c", role: "VIEWER" }, key: "k" };
  const first = (await registry.ask(invite, variables)).inviteMember;
  const second = (await registry.ask(invite, variables)).inviteMember;
  expect(second).toEqual({ ...first, secret: null });
});
