import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { createDataSource } from "../src/data-source.ts";
import { databaseUrl } from "./support/database.ts";
import { keysOnDisk } from "./support/disk.ts";
import { aStoredFile } from "./support/files.ts";
import { aModel, aVersion } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aDataDir, runAdmin, startServer, tokenOf } from "./support/server-process.ts";
import { deleteFile } from "./support/settings.ts";
import { filesDir } from "./support/test-server.ts";

const viewer = "{ viewer { role user { email } organization { id name } } }";
const createToken = `mutation ($role: Role!) {
  createApiToken(input: { name: "CI", role: $role }) { secret }
}`;
const createOrganization = 'mutation { createOrganization(input: { name: "$(reboot)" }) { secret } }';

test("a lost owner token is replaced while the embedded server runs, and while it does not", async () => {
  const env = { DATA_DIR: aDataDir() };
  const server = await startServer(env, ["--embedded"]);
  const lost = tokenOf(env.DATA_DIR);
  const ci = (await sender(server.url, lost)(createToken, { role: "EDITOR" })).body.data.createApiToken
    .secret;

  const { code, output } = await runAdmin(env, ["reset-owner-token"]);
  const token = tokenOf(env.DATA_DIR);
  expect([code, output]).toEqual([
    0,
    `The new API token of Owner (owner@localhost) in "My organization", also in ${join(env.DATA_DIR, "owner-token")}:\n\n  ${token}\n\n`,
  ]);
  expect(statSync(join(env.DATA_DIR, "owner-token")).mode & 0o777).toBe(0o600);
  expect((await sender(server.url, lost)(viewer)).status).toBe(401);
  expect((await sender(server.url, token)(viewer)).body.data.viewer.role).toBe("OWNER");
  expect((await sender(server.url, ci)(viewer)).body.data.viewer.role).toBe("EDITOR");
  expect(await server.end()).toBe(0);

  expect((await runAdmin(env, ["reset-owner-token"])).code).toBe(0);
  const again = await startServer(env, ["--embedded"]);
  expect((await sender(again.url, token)(viewer)).status).toBe(401);
  expect((await sender(again.url, tokenOf(env.DATA_DIR))(viewer)).body.data.viewer.role).toBe("OWNER");
});

const inviteOwner = 'mutation { inviteMember(input: { email: "eve@example.com", role: OWNER }) { secret } }';
const accept = `mutation ($secret: String!) {
  acceptInvitation(input: { secret: $secret, name: "Eve" }) { userErrors { code } }
}`;

test("whoever has found a lost token gets nowhere with an invitation that was made with it", async () => {
  const env = { DATABASE_URL: await databaseUrl(`admin_lost_${process.env.TEST_RUN}`), DATA_DIR: aDataDir() };
  const server = await startServer(env);
  const { body } = await sender(server.url, tokenOf(env.DATA_DIR))(inviteOwner);
  expect((await runAdmin(env, ["reset-owner-token"])).code).toBe(0);
  const { secret } = body.data.inviteMember;
  const accepted = await sender(server.url, "")(accept, { secret }, { authorization: "" });
  expect(accepted.body.data.acceptInvitation.userErrors).toEqual([{ code: "NOT_FOUND" }]);
});

test("of several owners one has to be named, and what they are called cannot run a command", async () => {
  const env = { DATABASE_URL: await databaseUrl(`admin_${process.env.TEST_RUN}`), DATA_DIR: aDataDir() };
  const server = await startServer(env);
  const first = tokenOf(env.DATA_DIR);
  const { secret } = (await sender(server.url, first)(createOrganization)).body.data.createOrganization;
  const memberOf = async (token: string) =>
    (await sender(server.url, token)("{ viewer { member { id } } }")).body.data.viewer.member.id;
  const [here, there] = [await memberOf(first), await memberOf(secret)];

  expect(await runAdmin(env, ["reset-owner-token"])).toEqual({
    code: 1,
    output:
      "There are 2 owners; say which one is meant:\n" +
      `  --member ${here}  # Owner (owner@localhost) in "My organization"\n` +
      `  --member ${there}  # Owner (owner@localhost) in "$(reboot)"\n`,
  });
  const { code, output } = await runAdmin(env, ["reset-owner-token", "--member", there]);
  const [, token = ""] = /\n {2}(mreg_\w+)\n/.exec(output) ?? [];
  expect(code).toBe(0);
  expect((await sender(server.url, secret)(viewer)).status).toBe(401);
  expect((await sender(server.url, token)(viewer)).body.data.viewer.organization.name).toBe("$(reboot)");
  // The file holds the token of the other owner, which goes on.
  expect(tokenOf(env.DATA_DIR)).toBe(first);
  expect((await sender(server.url, first)(viewer)).status).toBe(200);
});

test.each([
  ["no command", [], /^Usage: npm run admin -- reset-owner-token/],
  ["an unknown command", ["drop-everything"], /^Usage: /],
  ["an unknown option", ["reset-owner-token", "--all"], /^Usage: /],
  [
    "no such owner",
    ["reset-owner-token", "--member", "Member_0"],
    /^There is no such owner; say which one is meant:\n {2}--member Member_/,
  ],
])("%s is refused in words", async (_what, args, message) => {
  const env = { DATABASE_URL: await databaseUrl(), DATA_DIR: aDataDir() };
  const server = await startServer(env);
  await server.end();
  expect(await runAdmin(env, args)).toEqual({ code: 1, output: expect.stringMatching(message) });
  const file = join(env.DATA_DIR, "owner-token");
  expect(readFileSync(file, { encoding: "utf8", flag: "a+" })).not.toContain("reset");
});

test("without a database, and with one of another version, it says so", async () => {
  const nowhere = { DATA_DIR: aDataDir() };
  expect(await runAdmin(nowhere, ["reset-owner-token"])).toEqual({
    code: 1,
    output: expect.stringMatching(/^DATABASE_URL: expected .*; and there is no database in /),
  });
  const empty = { ...nowhere, DATABASE_URL: await databaseUrl(`admin_empty_${process.env.TEST_RUN}`) };
  expect(await runAdmin(empty, ["reset-owner-token"])).toEqual({
    code: 1,
    output: "The database is of another version of the registry: start the server once, then try again.\n",
  });
});

test("secrets are encrypted anew under the first key, and a key that is gone is told", async () => {
  const [old, recent] = [1, 2].map((byte) => `k${byte}:${Buffer.alloc(32, byte).toString("base64")}`);
  const place = {
    DATABASE_URL: await databaseUrl(`admin_keys_${process.env.TEST_RUN}`),
    DATA_DIR: aDataDir(),
  };
  const server = await startServer({ ...place, SECRET_KEYS: String(old) });
  const send = sender(server.url, tokenOf(place.DATA_DIR));
  const model = await send('mutation { createModel(input: { name: "PPE" }) { model { id } } }');
  const create = `mutation ($id: ID!) {
    createModelVersion(modelId: $id, input: { name: "v", type: LINE, dockerImage: {
      image: "acme/yolox:1", environmentVariables: [{ name: "TOKEN", value: "s3cret", secret: true }]
    } }) { userErrors { message } }
  }`;
  await send(create, { id: model.body.data.createModel.model.id });

  const rotate = (keys: string) =>
    runAdmin({ ...place, ...(keys && { SECRET_KEYS: keys }) }, ["rotate-secrets"]);
  expect(await rotate("")).toEqual({
    code: 1,
    output: "SECRET_KEYS: expected the keys of the servers, the new one first, got none.\n",
  });
  expect((await rotate(String(recent))).output).toBe(
    '0 secrets were encrypted anew under the key "k2"; 1 are left that are not under it.\n',
  );
  expect((await rotate(`${recent},${old}`)).output).toBe(
    '1 secrets were encrypted anew under the key "k2", and none are left.\n',
  );
});

test("a sweep by hand tells what it would take away, takes it away, and needs to know where the files are", async () => {
  const env = {
    DATABASE_URL: await databaseUrl(`admin_sweep_${process.env.TEST_RUN}`),
    DATA_DIR: aDataDir(),
    FILES_DIR: filesDir,
  };
  const server = await startServer(env);
  const send = sender(server.url, tokenOf(env.DATA_DIR));
  const db = await createDataSource(env.DATABASE_URL).initialize();
  const [owner] = await db.query(
    `select organization_id as "organizationId", user_id as "userId" from member`,
  );
  const ask = async (query: string, variables?: object) => (await send(query, variables)).body.data;
  const versionId = await aVersion({ ask }, await aModel({ ask }));
  const id = await aStoredFile({ db, ...owner }, versionId, Buffer.from("bytes"));
  await send(deleteFile, { id });
  await db.query("update trash_entry set purge_at = now()");
  await db.destroy();

  expect(await runAdmin({ ...env, FILES_DIR: join(filesDir, "nowhere") }, ["sweep"])).toEqual({
    code: 1,
    output: `FILES_DIR: expected the folder where the servers keep files, got ${join(filesDir, "nowhere")}.\n`,
  });
  const [going, nothing] = [1, 0].map(
    (number) =>
      `  ${number} entries of the trash whose time is over\n` +
      "  0 uploads in parts that were not completed in time\n" +
      `  ${number} times bytes that nothing refers to, ${5 * number} together as far as their number is known\n`,
  );
  const output = async (...args: string[]) => (await runAdmin(env, ["sweep", ...args])).output;
  expect(await output("--dry-run")).toBe(`A sweep would take away:\n${going}`);
  expect(keysOnDisk(filesDir, owner.organizationId)).toHaveLength(1);
  expect(await output()).toBe(`Taken away:\n${going}`);
  expect(keysOnDisk(filesDir, owner.organizationId)).toEqual([]);
  expect(await output("--dry-run")).toBe(`A sweep would take away:\n${nothing}`);
});
