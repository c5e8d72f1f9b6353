import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { logOf, query, urlOf } from "./support/embedded-cluster.ts";
import { type Send, sender } from "./support/send.ts";
import { aDataDir, startServer, tokenOf } from "./support/server-process.ts";

const invite = `mutation ($email: String!, $key: String) {
  inviteMember(input: { email: $email, role: EDITOR }, idempotencyKey: $key) { secret }
}`;
const accept = `mutation ($secret: String!, $name: String) {
  acceptInvitation(input: { secret: $secret, name: $name }) { secret userErrors { code message } }
}`;
const createToken = `mutation ($name: String!, $key: String) {
  createApiToken(input: { name: $name, role: VIEWER }, idempotencyKey: $key) { secret }
}`;
const createOrganization = `mutation ($key: String) {
  createOrganization(input: { name: "Second" }, idempotencyKey: $key) { secret }
}`;

/** Makes secrets in every way, uses and misuses them, and gives them all; answers that repeat one fail the test. */
async function makeSecrets(url: string, owner: string): Promise<string[]> {
  const secrets: string[] = [];
  const send: Send = sender(url, owner);
  const anonymous: Send = (text, variables) => sender(url, "")(text, variables, { authorization: "" });
  for (let count = 0; count < 10; count += 1) {
    const key = `key-${count}`;
    const invited = (await send(invite, { email: `guest-${count}@example.com`, key })).body.data.inviteMember
      .secret;
    const refused = await anonymous(accept, { secret: invited, name: "" });
    const wrong = await anonymous(accept, { secret: `${invited.slice(0, -1)}!`, name: "Guest" });
    const accepted = (await anonymous(accept, { secret: invited, name: "Guest" })).body.data.acceptInvitation
      .secret;
    const again = await anonymous(accept, { secret: invited, name: "Guest" });
    const made = (await sender(url, accepted)(createToken, { name: "CI", key })).body.data.createApiToken
      .secret;
    const impossible = await sender(url, made)(createToken, { name: "a\0b", key });
    const mistyped = await sender(url, `${made.slice(0, -1)}!`)("{ viewer { role } }");
    const founded = (await send(createOrganization, { key: `founded-${count}` })).body.data.createOrganization
      .secret;
    secrets.push(invited, accepted, made, founded);
    for (const answer of [refused, wrong, again, impossible, mistyped])
      for (const secret of secrets) expect(JSON.stringify(answer.body)).not.toContain(secret.slice(16, 50));
  }
  return secrets;
}

/** Every file below a folder. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

/** Every row of every table, as text. */
async function dump(url: string): Promise<string> {
  const tables = await query(
    url,
    "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
  );
  const rows = tables.map(({ relname }) => query(url, `select t::text as row from "${relname}" t`));
  return JSON.stringify(await Promise.all(rows));
}

test("no token and no invitation secret is in a dump, in the files of the database, or in a log", async () => {
  const env = { DATA_DIR: aDataDir(), LOG_LEVEL: "trace" };
  const server = await startServer(env, ["--embedded"]);
  const owner = tokenOf(env.DATA_DIR);
  const directory = join(env.DATA_DIR, "postgres");
  const secrets = await makeSecrets(server.url, owner);
  expect(new Set(secrets).size).toBe(40);
  const url = urlOf(directory);
  await query(url, "checkpoint"); // so that the files hold the tables too, not the log of changes alone
  const tables = await dump(url);
  expect(await server.end()).toBe(0);

  const places = {
    dump: tables,
    "the server's output": server.output(),
    "PostgreSQL's log": logOf(directory),
    ...Object.fromEntries(filesIn(directory).map((path) => [path, readFileSync(path, "latin1")])),
  };
  expect(tables).toContain(secrets[2]?.slice(0, 16)); // the search finds what is there
  for (const secret of [owner, ...secrets]) {
    const canary = secret.slice(16, 50);
    const forms = [
      canary,
      Buffer.from(secret).toString("hex"),
      Buffer.from(secret).toString("base64").slice(24, 60),
    ];
    const found = Object.entries(places).filter(([, text]) => forms.some((form) => text.includes(form)));
    expect(found.map(([place]) => place)).toEqual([]);
  }
});
