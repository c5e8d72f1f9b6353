import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { createDataSource } from "../src/data-source.ts";
import { Keyring, parseSecretKeys } from "../src/keyring.ts";
import { findUnreadableSecrets, rotateSecrets } from "../src/stored-secrets.ts";
import { databaseUrl } from "./support/database.ts";
import { dockerImage, updateDockerImage } from "./support/docker-image.ts";
import { until } from "./support/embedded-cluster.ts";
import type { Registry } from "./support/registry.ts";
import { aModel, aVersion, uuid } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aDataDir, runToEnd, type ServerProcess, startServer, tokenOf } from "./support/server-process.ts";

const key = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString("base64")}`;
const [old, recent, other] = [key("2025", 1), key("2026", 2), key("2025", 3)];
const secret = { name: "TOKEN", value: "s3cret", secret: true };

let count = 0;

/** A database that nobody has used yet, and a folder. */
async function place() {
  count += 1;
  const url = await databaseUrl(`keys_${process.env.TEST_RUN}_${process.env.JEST_WORKER_ID}_${count}`);
  return { DATABASE_URL: url, DATA_DIR: aDataDir() };
}

function clientOf(server: ServerProcess, dataDir: string): Pick<Registry, "ask"> {
  const send = sender(server.url, tokenOf(dataDir));
  return {
    ask: async (query, variables) => {
      const { body } = await send(query, variables);
      if (body.errors) throw new Error(JSON.stringify(body.errors));
      return body.data;
    },
  };
}

const aSecret = async (client: Pick<Registry, "ask">, modelId?: string) =>
  aVersion(client, modelId ?? (await aModel(client)), {
    dockerImage: { image: "acme/yolox:1", environmentVariables: [secret] },
  });

const variablesOf = async (client: Pick<Registry, "ask">, id: string) =>
  (await dockerImage(client, id)).dockerImage.environmentVariables;

const keyring = (...keys: string[]) => new Keyring(parseSecretKeys(keys.join(",")) ?? []);

test.each([
  ["no id", Buffer.alloc(32).toString("base64")],
  ["a short key", `k:${Buffer.alloc(16).toString("base64")}`],
  ["hex", `k:${"ab".repeat(32)}`],
  ["one id twice", `${old},${other}`],
  ["a space in an id", `my ${old}`],
])(
  "SECRET_KEYS with %s stops the start with one line, which does not repeat it",
  async (_what, SECRET_KEYS) => {
    expect(await runToEnd({ SECRET_KEYS })).toEqual({
      code: 1,
      output:
        "SECRET_KEYS: expected id:key pairs separated by commas, each id once and each key 32 bytes in base64 " +
        "(openssl rand -base64 32), got something else.\n",
    });
  },
);

test("the embedded default makes a key of its own, and keeps it", async () => {
  const DATA_DIR = aDataDir();
  const file = join(DATA_DIR, "secret-keys");
  const first = await startServer({ DATA_DIR }, ["--embedded"]);
  const id = await aSecret(clientOf(first, DATA_DIR));
  const [keyId = "", base64 = ""] = readFileSync(file, "utf8").split(":");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(first.output()).not.toContain(base64.trim());
  await first.end();

  const second = await startServer({ DATA_DIR }, ["--embedded"]);
  expect(await variablesOf(clientOf(second, DATA_DIR), id)).toMatchObject([secret]);
  expect(second.output()).not.toContain("SECRET_KEYS");
  await second.end();

  rmSync(file);
  const third = await startServer({ DATA_DIR }, ["--embedded"]);
  expect(third.output()).toContain(
    `SECRET_KEYS: expected the key "${keyId}" that encrypted 1 of the 1 secrets under this id, got none;`,
  );
  expect(await variablesOf(clientOf(third, DATA_DIR), id)).toMatchObject([{ visibility: "UNREADABLE" }]);
  await third.end();

  writeFileSync(file, "s3cret");
  expect(await runToEnd({ DATA_DIR }, ["--embedded"])).toEqual({
    code: 1,
    output: `${file}: expected keys as in SECRET_KEYS, got something else.\n`,
  });
});

test.each([
  [
    "missing",
    recent,
    'SECRET_KEYS: expected the key "2025" that encrypted 2 of the 2 secrets under this id, got none;',
  ],
  [
    "wrong",
    other,
    'SECRET_KEYS: expected the key "2025" that encrypted 2 of the 2 secrets under this id, got another one under this id;',
  ],
])("a %s key is reported by one line at the start, and all else works", async (_what, SECRET_KEYS, line) => {
  const env = await place();
  const first = await startServer({ ...env, SECRET_KEYS: old });
  const id = await aSecret(clientOf(first, env.DATA_DIR));
  await aSecret(clientOf(first, env.DATA_DIR));
  await first.end();

  const second = await startServer({ ...env, SECRET_KEYS });
  const client = clientOf(second, env.DATA_DIR);
  expect(
    second
      .output()
      .split("\n")
      .filter((each) => each.includes("SECRET_KEYS")),
  ).toEqual([`${line} they cannot be read until it is back, everything else can.`]);
  expect(second.output()).not.toContain(SECRET_KEYS.slice(5));
  const unreadable = { ...secret, value: null, visibility: "UNREADABLE" };
  expect((await dockerImage(client, id)).dockerImage).toMatchObject({
    tag: "1",
    environmentVariables: [unreadable],
  });
  const edit = {
    id,
    input: { tag: "2", environmentVariables: [{ name: "A", value: "" }, { name: "TOKEN" }] },
  };
  expect((await updateDockerImage(client, edit)).userErrors).toEqual([]);
  await second.end();

  const third = await startServer({ ...env, SECRET_KEYS: `${recent}, ${old}` });
  expect(third.output()).not.toContain("SECRET_KEYS");
  expect((await variablesOf(clientOf(third, env.DATA_DIR), id))[1]).toMatchObject(secret);
  await third.end();
});

test("without keys the server starts, says nothing, and takes no secret", async () => {
  const env = await place();
  const server = await startServer(env);
  const client = clientOf(server, env.DATA_DIR);
  const modelId = await aModel(client);
  await expect(aSecret(client, modelId)).rejects.toThrow("SECRETS_NOT_CONFIGURED");
  expect(await aVersion(client, modelId, { dockerImage: { image: "acme/yolox" } })).toContain(
    "ModelVersion_",
  );
  expect(server.output()).not.toContain("SECRET_KEYS");
  await server.end();
});

test("a rotation leaves nothing under the old keys, also when there are edits meanwhile", async () => {
  const env = await place();
  const server = await startServer({ ...env, SECRET_KEYS: `${recent},${old}` });
  const client = clientOf(server, env.DATA_DIR);
  const modelId = await aModel(client);
  const ids = await Promise.all(Array.from({ length: 60 }, () => aSecret(client, modelId)));
  const db = await createDataSource(env.DATABASE_URL).initialize();
  const rotate = (...keys: string[]) => rotateSecrets(db, keyring(...keys));
  expect(await rotate(recent, old)).toEqual({ rotated: 0, left: 0 });
  expect(await rotate(old, recent)).toEqual({ rotated: 60, left: 0 });
  const before = await dockerImage(client, ids[0] ?? "");

  // Each edit keeps a secret as it finds it, while it is being encrypted anew under one key and the other.
  let editing = true;
  let edits = 0;
  const editors = [0, 1, 2, 3].map(async (editor) => {
    for (; editing; edits += 1) {
      const id = ids[(edits * 4 + editor) % ids.length] ?? "";
      const environmentVariables = [{ name: "TOKEN" }, { name: "N", value: String(edits) }];
      const { userErrors } = await updateDockerImage(client, { id, input: { environmentVariables } });
      expect(userErrors).toEqual([]);
    }
  });
  for (let round = 0; round < 5; round += 1) {
    expect(await rotate(recent, old)).toMatchObject({ left: 0 });
    expect(await findUnreadableSecrets(db, keyring(recent))).toEqual([]);
    expect(await rotate(old, recent)).toMatchObject({ left: 0 });
    expect(await findUnreadableSecrets(db, keyring(old))).toEqual([]);
  }
  editing = false;
  await Promise.all(editors);
  expect(edits).toBeGreaterThan(10);

  await rotate(recent, old);
  expect(await rotate(recent)).toEqual({ rotated: 0, left: 0 });
  await server.end();
  const after = await startServer({ ...env, SECRET_KEYS: recent });
  expect(after.output()).not.toContain("SECRET_KEYS");
  const later = clientOf(after, env.DATA_DIR);
  for (const id of ids) expect((await variablesOf(later, id))[0]).toMatchObject(secret);
  expect(before).toMatchObject({ revisions: { dockerImage: 1 } });
  await after.end();
  await db.destroy();
});

test("an edit that comes while its docker image is encrypted anew keeps the secret as it is then", async () => {
  const env = await place();
  const server = await startServer({ ...env, SECRET_KEYS: `${recent},${old}` });
  const client = clientOf(server, env.DATA_DIR);
  const id = await aSecret(client);
  const db = await createDataSource(env.DATABASE_URL).initialize();
  const waiting = async (count: number) =>
    (
      await db.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      )
    ).length === count;
  const [rotation, edit] = await db
    .transaction(async (holder) => {
      await holder.query("select from docker_image for update");
      const rotation = rotateSecrets(db, keyring(old, recent));
      await until(() => waiting(1));
      const edit = updateDockerImage(client, {
        id,
        input: { tag: "2", environmentVariables: [{ name: "TOKEN" }, { name: "A", value: "" }] },
      });
      await until(() => waiting(2));
      return [rotation, edit] as const;
    })
    .then((both) => Promise.all(both));
  expect([rotation, edit.userErrors]).toEqual([{ rotated: 1, left: 0 }, []]);
  expect(await findUnreadableSecrets(db, keyring(old))).toEqual([]);
  expect((await variablesOf(client, id))[0]).toMatchObject(secret);
  await server.end();
  await db.destroy();
});

test("a secret that is copied behind a rotation under way is encrypted anew too", async () => {
  const env = await place();
  const server = await startServer({ ...env, SECRET_KEYS: `${recent},${old}` });
  const client = clientOf(server, env.DATA_DIR);
  const modelId = await aModel(client);
  const [earlier, later] = [await aVersion(client, modelId), await aSecret(client, modelId)];
  const db = await createDataSource(env.DATABASE_URL).initialize();
  let rotation: Promise<object> | undefined;
  await db.transaction(async (holder) => {
    await holder.query("select from docker_image for update");
    rotation = rotateSecrets(db, keyring(old, recent));
    const waiting = `select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
    await until(async () => (await db.query(waiting)).length === 1);
    await holder.query(
      `insert into docker_image (model_version_id, image, flags, environment_variables)
         select $1, image, flags, environment_variables from docker_image where model_version_id = $2`,
      [uuid(earlier), uuid(later)],
    );
  });
  expect(await rotation).toEqual({ rotated: 2, left: 0 });
  expect(await findUnreadableSecrets(db, keyring(old))).toEqual([]);
  expect(await variablesOf(client, earlier)).toMatchObject([secret]);
  await server.end();
  await db.destroy();
});

test("a rotation leaves what it cannot read as it is, and says how much that is", async () => {
  const env = await place();
  const server = await startServer({ ...env, SECRET_KEYS: old });
  const id = await aSecret(clientOf(server, env.DATA_DIR));
  const db = await createDataSource(env.DATABASE_URL).initialize();
  for (const keys of [[recent], [recent, other]])
    expect(await rotateSecrets(db, keyring(...keys))).toEqual({ rotated: 0, left: 1 });
  await expect(rotateSecrets(db, keyring())).rejects.toThrow("SECRET_KEYS");
  expect(await variablesOf(clientOf(server, env.DATA_DIR), id)).toMatchObject([secret]);
  await server.end();
  await db.destroy();
});

test("under one id there can be secrets of several keys: each is tried", async () => {
  const env = await place();
  const server = await startServer({ ...env, SECRET_KEYS: old });
  const client = clientOf(server, env.DATA_DIR);
  const [first] = [await aSecret(client), await aSecret(client), await aSecret(client)];
  const db = await createDataSource(env.DATABASE_URL).initialize();
  await server.end();
  // Another key under the same id, and one secret written anew.
  const second = await startServer({ ...env, SECRET_KEYS: other });
  const anew = { id: first, input: { environmentVariables: [{ ...secret, value: "anew" }] } };
  expect((await updateDockerImage(clientOf(second, env.DATA_DIR), anew)).userErrors).toEqual([]);
  await second.end();

  const line = (unreadable: number) =>
    `SECRET_KEYS: expected the key "2025" that encrypted ${unreadable} of the 3 secrets under this id, ` +
    "got another one under this id; they cannot be read until it is back, everything else can.";
  expect(await findUnreadableSecrets(db, keyring(other))).toEqual([line(2)]);
  expect(await findUnreadableSecrets(db, keyring(old))).toEqual([line(1)]);
  expect(await rotateSecrets(db, keyring(other))).toEqual({ rotated: 0, left: 2 });
  expect(await rotateSecrets(db, keyring(recent, other))).toEqual({ rotated: 1, left: 2 });
  await db.destroy();
});
