import { expect, test } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";
import { apiTokenSecret, newSecret } from "../src/api-token/secret.ts";
import { createDataSource } from "../src/data-source.ts";
import { Role } from "../src/member/role.ts";
import { toGlobalId } from "../src/node/id.ts";
import { databaseUrl } from "./support/database.ts";
import { until } from "./support/embedded-cluster.ts";
import { waiters } from "./support/locks.ts";
import { aMember, aRegistry } from "./support/registry.ts";
import { aModel, uuid } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aDataDir, startServer } from "./support/server-process.ts";

const remove = "mutation ($id: ID!) { removeMember(id: $id) { userErrors { code } } }";
const demote = "mutation ($id: ID!) { changeMemberRole(id: $id, role: VIEWER) { userErrors { code } } }";
const createVersion = `mutation ($modelId: ID!) {
  createModelVersion(modelId: $modelId, input: { name: "Late", type: LINE }) { modelVersion { id } userErrors { code } }
}`;

test.each([
  ["removed", remove, "UNAUTHENTICATED"],
  ["demoted", demote, "FORBIDDEN"],
])(
  "what somebody has under way is not done once that member is %s, and the removal does not wait for it",
  async (_what, change, code) => {
    const registry = await aRegistry();
    const grace = await aMember(registry.db, registry.organizationId, { role: Role.EDITOR });
    const modelId = await aModel(registry);

    const held = registry.db.createQueryRunner();
    await held.startTransaction();
    await held.query("select from model where id = $1 for no key update", [uuid(modelId)]);
    const late = sender(registry.url, grace.token)(createVersion, { modelId });
    await until(async () => (await waiters(registry.db, "last_version")) === 1);
    await registry.ask(change, { id: grace.memberId });
    await held.commitTransaction();
    await held.release();

    expect((await late).body.errors?.[0]?.extensions.code).toBe(code);
    expect(await registry.ask("{ modelVersions { totalCount } }")).toEqual({
      modelVersions: { totalCount: 0 },
    });
  },
);

const revokeFirst = "mutation ($id: ID!) { revokeApiToken(id: $id) { userErrors { code } } }";

test.each([
  ["removal", remove],
  ["demotion", demote],
  ["revocation", revokeFirst],
])("a %s waits for a commit that is under way", async (_what, change) => {
  const registry = await aRegistry();
  const grace = await aMember(registry.db, registry.organizationId, { role: Role.EDITOR });
  const own = await sender(registry.url, grace.token)("{ viewer { apiToken { id } } }");
  const id = change === revokeFirst ? own.body.data.viewer.apiToken.id : grace.memberId;
  const committing = registry.db.createQueryRunner();
  await committing.startTransaction();
  await committing.query("select * from hold_access($1, $2, $3)", [
    registry.organizationId,
    grace.userId,
    grace.userId,
  ]);
  const removal = registry.ask(change, { id });
  await until(async () => (await waiters(registry.db, "access_lock")) === 1);
  await committing.commitTransaction();
  await committing.release();
  expect(Object.values<{ userErrors: [] }>(await removal)[0]?.userErrors).toEqual([]);
});

test("who manages members is asked once more when the turn comes", async () => {
  const registry = await aRegistry();
  const admin = await aMember(registry.db, registry.organizationId, { role: Role.ADMIN });
  const grace = await aMember(registry.db, registry.organizationId, { role: Role.EDITOR });
  const other = registry.db.createQueryRunner();
  await other.startTransaction();
  await other.query("select from organization where id = $1 for no key update", [registry.organizationId]);
  const late = sender(registry.url, admin.token)(remove, { id: grace.memberId });
  await until(async () => (await waiters(registry.db, "from organization")) === 1);
  await other.query("update member set role = 'EDITOR' where user_id = $1", [admin.userId]);
  await other.commitTransaction();
  await other.release();
  expect((await late).body.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
});

test("an acceptance waits for a lower role of the inviter, and then finds no offer", async () => {
  const registry = await aRegistry();
  const owner = await aMember(registry.db, registry.organizationId, { role: Role.OWNER });
  const { body } = await sender(
    registry.url,
    owner.token,
  )('mutation { inviteMember(input: { email: "eve@example.com", role: OWNER }) { secret } }');
  const other = registry.db.createQueryRunner();
  await other.startTransaction();
  await other.query("select from organization where id = $1 for no key update", [registry.organizationId]);
  const accept =
    'mutation ($s: String!) { acceptInvitation(input: { secret: $s, name: "Eve" }) { userErrors { code } } }';
  const late = sender(registry.url, "")(accept, { s: body.data.inviteMember.secret }, { authorization: "" });
  await until(async () => (await waiters(registry.db, "from organization")) === 1);
  await other.query("update member set role = 'ADMIN' where user_id = $1", [owner.userId]);
  await other.commitTransaction();
  await other.release();
  expect((await late).body.data.acceptInvitation.userErrors).toMatchObject([{ code: "NOT_FOUND" }]);
});

test("the database keeps an owner also when two sessions take one away each", async () => {
  const { db, organizationId, userId } = await aRegistry();
  const second = await aMember(db, organizationId, { role: Role.OWNER });
  const take = "update member set role = 'ADMIN' where organization_id = $1 and user_id = $2";
  const first = db.createQueryRunner();
  await first.startTransaction();
  await first.query(take, [organizationId, userId]);
  const late = db.query(take, [organizationId, second.userId]).then(
    () => "done",
    (error: Error) => error.message,
  );
  await until(async () => (await waiters(db, "update member set role")) === 1);
  await first.commitTransaction();
  await first.release();
  expect(await late).toBe("an organization needs an owner");
});

test("what a member does and its removal do not deadlock", async () => {
  for (let round = 0; round < 10; round += 1) {
    const registry = await aRegistry();
    const admin = await aMember(registry.db, registry.organizationId, { role: Role.ADMIN });
    const send = sender(registry.url, admin.token);
    const invite =
      "mutation ($e: String!) { inviteMember(input: { email: $e, role: VIEWER }) { invitation { id } } }";
    const made = await Promise.all(
      Array.from({ length: 4 }, (_, index) => send(invite, { e: `guest-${index}@example.com` })),
    );
    await registry.db.query(
      "update invitation set expires_at = now() where organization_id = $1 and email like 'guest-0%'",
      [registry.organizationId],
    );
    const revoke = "mutation ($id: ID!) { revokeInvitation(id: $id) { userErrors { code } } }";
    const answers = await Promise.all([
      ...made.map(({ body }) => send(revoke, { id: body.data.inviteMember.invitation.id })),
      send(invite, { e: "late@example.com" }),
      send('mutation { updateProfile(input: { name: "Other" }) { userErrors { code } } }'),
      registry.send(remove, { id: admin.memberId }),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => ![200, 401].includes(status))).toEqual([]);
  }
});

test("1,000 pairs of owners who remove or demote each other at once on two servers leave one owner each", async () => {
  const env = { DATABASE_URL: await databaseUrl(`owners_${process.env.TEST_RUN}`), DATA_DIR: aDataDir() };
  const servers = [await startServer(env), await startServer(env)];
  const db = await createDataSource(env.DATABASE_URL).initialize();
  const pairs = Array.from({ length: 1_000 }, () => ({
    organization: uuidv7(),
    owners: [anOwner(), anOwner()],
  }));
  await insertPairs(db, pairs);

  const codes: string[] = [];
  const race = async ({ owners }: (typeof pairs)[number], round: number) => {
    const answers = await Promise.all(
      owners.map(({ token }, index) => {
        const id = toGlobalId("Member", owners[1 - index]?.memberId ?? "");
        return sender(servers[index]?.url ?? "", token)(round % 2 === 0 ? remove : demote, { id });
      }),
    );
    for (const { body } of answers) {
      const payload = body.data?.removeMember ?? body.data?.changeMemberRole;
      codes.push(body.errors?.[0]?.extensions.code ?? payload.userErrors[0]?.code ?? "done");
    }
  };
  for (let start = 0; start < pairs.length; start += 16)
    await Promise.all(pairs.slice(start, start + 16).map((pair, index) => race(pair, start + index)));

  const left: { owners: number }[] = await db.query(
    `select count(*) filter (where role = 'OWNER' and removed_at is null)::int as owners
     from member where organization_id = any($1) group by organization_id`,
    [pairs.map(({ organization }) => organization)],
  );
  expect(left).toEqual(Array(1_000).fill({ owners: 1 }));
  expect(codes.filter((code) => code === "done")).toHaveLength(1_000);
  // The one who came second has no access any more, or may not any more.
  expect([...new Set(codes)].sort()).toEqual(expect.arrayContaining(["UNAUTHENTICATED"]));
  expect(codes.filter((code) => !["done", "UNAUTHENTICATED", "FORBIDDEN"].includes(code))).toEqual([]);
  await db.destroy();
  await Promise.all(servers.map((server) => server.end()));
}, 180_000);

function anOwner() {
  const { text: token, ...secret } = newSecret(apiTokenSecret);
  return { userId: uuidv7(), memberId: uuidv7(), tokenId: uuidv7(), token, ...secret };
}

async function insertPairs(
  db: Awaited<ReturnType<typeof createDataSource>>,
  pairs: { organization: string; owners: ReturnType<typeof anOwner>[] }[],
): Promise<void> {
  const all = pairs.flatMap(({ organization, owners }) =>
    owners.map((owner) => ({ organization, ...owner })),
  );
  const column = (name: keyof (typeof all)[number]) => all.map((row) => row[name]);
  await db.transaction(async (tx) => {
    await tx.query("insert into organization (id, name) select unnest($1::uuid[]), 'Pair'", [
      pairs.map(({ organization }) => organization),
    ]);
    await tx.query(
      "insert into user_account (id, name, email) select u, 'Owner', u || '@example.com' from unnest($1::uuid[]) u",
      [column("userId")],
    );
    await tx.query(
      `insert into member (id, organization_id, user_id, email, role)
       select m, o, u, u || '@example.com', 'OWNER' from unnest($1::uuid[], $2::uuid[], $3::uuid[]) t(m, o, u)`,
      [column("memberId"), column("organization"), column("userId")],
    );
    await tx.query(
      `insert into api_token (id, organization_id, user_id, created_by_id, name, role, prefix, digest)
       select t.id, o, u, u, 'race', 'OWNER', p, d
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bytea[]) t(id, o, u, p, d)`,
      [column("tokenId"), column("organization"), column("userId"), column("prefix"), column("digest")],
    );
  });
}
