import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { databaseUrl } from "./support/database.ts";
import { sender } from "./support/send.ts";
import { aDataDir, runAdmin, startServer, tokenOf } from "./support/server-process.ts";

const viewer = "{ viewer { role user { email } organization { id name } } }";
const createToken = `mutation ($role: Role!) {
  createApiToken(input: { name: "CI", role: $role }) { secret }
}`;
const createOrganization =
  'mutation { createOrganization(input: { name: "Second" }) { organization { id } secret } }';

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

  expect((await runAdmin(env, ["reset-owner-token", "--email", "Owner@localhost"])).code).toBe(0);
  const again = await startServer(env, ["--embedded"]);
  expect((await sender(again.url, token)(viewer)).status).toBe(401);
  expect((await sender(again.url, tokenOf(env.DATA_DIR))(viewer)).body.data.viewer.role).toBe("OWNER");
});

test("of several owners one has to be named", async () => {
  const env = { DATABASE_URL: await databaseUrl(`admin_${process.env.TEST_RUN}`), DATA_DIR: aDataDir() };
  const server = await startServer(env);
  const before = tokenOf(env.DATA_DIR);
  const { organization, secret } = (await sender(server.url, before)(createOrganization)).body.data
    .createOrganization;

  const which = await runAdmin(env, ["reset-owner-token"]);
  expect(which).toEqual({
    code: 1,
    output:
      "There are 2 owners; say which one is meant:\n" +
      '  --email owner@localhost --organization "My organization"\n' +
      '  --email owner@localhost --organization "Second"\n',
  });
  expect((await runAdmin(env, ["reset-owner-token", "--organization", organization.id])).code).toBe(0);
  expect((await sender(server.url, secret)(viewer)).status).toBe(401);
  expect((await sender(server.url, before)(viewer)).status).toBe(200);
  const { body } = await sender(server.url, tokenOf(env.DATA_DIR))(viewer);
  expect(body.data.viewer.organization).toEqual({ id: organization.id, name: "Second" });
});

test.each([
  ["no command", [], /^Usage: npm run admin -- reset-owner-token/],
  ["an unknown command", ["drop-everything"], /^Usage: /],
  ["an unknown option", ["reset-owner-token", "--all"], /^Usage: /],
  ["no such owner", ["reset-owner-token", "--email", "nobody@example.com"], /^There is no such owner/],
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
