import { afterAll, expect, jest, test } from "@jest/globals";
import type { DataSource } from "typeorm";
import { createDataSource } from "../src/data-source.ts";
import { Role } from "../src/member/role.ts";
import { Organization } from "../src/organization/organization.ts";
import { databaseUrl } from "./support/database.ts";
import { updateDockerImage } from "./support/docker-image.ts";
import { aMember, aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aVersion, uuid, wholeForm } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { deleteVersion } from "./support/settings.ts";
import { aServer } from "./support/test-server.ts";
import { bothWays } from "./support/written.ts";

const opened: DataSource[] = [];

afterAll(async () => {
  for (const db of opened) await db.destroy();
});

const secrets = `query ($id: ID!) { modelVersion(by: { id: $id }) {
  viewerPermissions { update } dockerImage { environmentVariables { name value secret visibility } }
} }`;

async function aSecret(registry: Registry): Promise<string> {
  const id = await aVersion(registry, await aModel(registry), wholeForm);
  const environmentVariables = [
    { name: "TOKEN", value: "hidden", secret: true },
    { name: "MODE", value: "seen" },
  ];
  await updateDockerImage(registry, { id, input: { environmentVariables } });
  return id;
}

test("who asks is told what the role allows at that moment, by the same document", async () => {
  const registry = await aRegistry();
  const ask = await bothWays(registry);
  const id = await aSecret(registry);
  const { token, memberId } = await aMember(registry.db, registry.organizationId, { role: Role.VIEWER });
  const seen: unknown[] = [];
  for (const role of ["VIEWER", "OWNER", "VIEWER", "EDITOR", "VIEWER"]) {
    await registry.db.query("update member set role = $2 where id = $1", [uuid(memberId), role]);
    await registry.db.query("update api_token set role = 'OWNER' where organization_id = $1", [
      registry.organizationId,
    ]);
    const { answer, isWritten } = await ask(token, secrets, { id });
    const [secret] = answer.data.modelVersion.dockerImage.environmentVariables;
    seen.push([secret.value, answer.data.modelVersion.viewerPermissions.update, isWritten]);
  }
  expect(seen).toEqual([
    [null, false, true],
    ["hidden", true, false],
    [null, false, false], // for a while it is not tried again
    ["hidden", true, false],
    [null, false, false],
  ]);
});

test("two organizations that ask by the same document see their own", async () => {
  const [one, two] = [await aRegistry(), await aRegistry()];
  const ask = await bothWays(one);
  const names = "query ($id: ID!) { model(by: { id: $id }) { name } models { nodes { name } totalCount } }";
  const ids = [await aModel(one, { name: "one" }), await aModel(two, { name: "two" })];
  for (const [token, own, id] of [
    [one.token, "one", ids[0]],
    [two.token, "two", ids[1]],
  ]) {
    const models = { nodes: [{ name: own }], totalCount: 1 };
    for (const each of ids)
      expect(await ask(String(token), names, { id: each })).toMatchObject({
        answer: { data: { model: each === id ? { name: own } : null, models } },
        isWritten: true,
      });
  }
});

test("what is in the trash is not written, and what hangs on it neither", async () => {
  const registry = await aRegistry();
  const ask = await bothWays(registry);
  const modelId = await aModel(registry, { name: "m" });
  const [id] = [await aVersion(registry, modelId), await aVersion(registry, modelId)];
  await registry.ask(deleteVersion, { id });
  const query = `query ($id: ID!) { modelVersion(by: { id: $id }) { name }
    modelVersions { totalCount nodes { name } } models { nodes { versionCount latestVersion { version } versions { totalCount nodes { version } } } } }`;
  const { answer, isWritten } = await ask(registry.token, query, { id });
  expect(answer.data).toMatchObject({ modelVersion: null, modelVersions: { totalCount: 1 } });
  expect(isWritten).toBe(true);
});

test("a URL that is none is an error at its field", async () => {
  const registry = await aRegistry();
  await aModel(registry);
  const query = "{ models { nodes { name createdBy { name pictureUrl } } } }";
  for (const url of ["no url", "https://", "https://a b", "HTTPS://example.com"]) {
    const ask = await bothWays(registry);
    await registry.db.query("update user_account set picture_url = $2 where id = $1", [registry.userId, url]);
    await ask(registry.token, query);
  }
});

test("who has no token, and who asks for too much, does not keep others from having it written", async () => {
  const registry = await aRegistry();
  const ask = await bothWays(registry);
  const query = "query ($names: [String!]) { models(where: { name: { in: $names } }) { totalCount } }";
  await ask("", query);
  expect(await ask(registry.token, query)).toMatchObject({ isWritten: true });
  await ask(registry.token, query, { names: ["n".repeat(150_000)] });
  expect(await ask(registry.token, query)).toMatchObject({ isWritten: true });
});

async function impatient(registry: Registry) {
  const db = createDataSource(await databaseUrl());
  db.setOptions({ extra: { ...db.options.extra, statement_timeout: 300 } });
  opened.push(await db.initialize());
  const { address } = await aServer(db, { compile: true, readAhead: true, writeJson: true });
  return sender(`${address}/graphql`, registry.token);
}

test("what takes too long is not tried in another way", async () => {
  const registry = await aRegistry();
  const id = await aVersion(registry, await aModel(registry));
  const send = await impatient(registry);
  const other = registry.db.createQueryRunner();
  await other.startTransaction();
  await other.query("lock table label in access exclusive mode");
  const one = "query ($id: ID!) { modelVersion(by: { id: $id }) { labels { name } } }";
  const two =
    "query ($id: ID!) { a: modelVersion(by: { id: $id }) { labels { name } } b: modelVersion(by: { id: $id }) { name } }";
  const error = { extensions: { code: "TIMEOUT" } };
  expect((await send(one, { id })).body).toMatchObject({
    data: { modelVersion: null },
    errors: [{ path: ["modelVersion"], ...error }],
  });
  expect((await send(two, { id })).body).toMatchObject({
    data: { a: null },
    errors: [{ path: ["a"], ...error }],
  });
  await other.rollbackTransaction();
  await other.release();
});

test("a defect is told, and is found in the log by the number of its request", async () => {
  const db = createDataSource(await databaseUrl(`defect_${process.env.TEST_RUN}`));
  opened.push(await db.initialize());
  await db.runMigrations();
  const { app, address } = await aServer(db);
  const organizationId = "01a20c38-1d95-77a2-98fa-9009b97dc137";
  const { token } = await db.transaction(async (tx) => {
    await tx.insert(Organization, { id: organizationId, name: "Acme" });
    return aMember(tx, organizationId);
  });
  await db.query("alter table model rename to gone");
  const logged = jest.spyOn(app.log, "error").mockImplementation(() => {});
  const { body } = await sender(`${address}/graphql`, token)("{ models { nodes { name } } }");
  const [error] = body.errors ?? [];
  expect(error).toMatchObject({ path: ["models"], extensions: { code: "INTERNAL_SERVER_ERROR" } });
  const told = logged.mock.calls.filter(([, message]) => message === "unexpected error");
  expect(told).toMatchObject([[{ requestId: error?.extensions.requestId }, "unexpected error"]]);
});
