import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Keyring, newSecretKey, parseSecretKeys } from "../src/keyring.ts";
import { Role } from "../src/member/role.ts";
import { rows } from "../src/rows.ts";
import { StorageConnector } from "../src/storage-connector/storage-connector.ts";
import { Storages } from "../src/storage-connector/storages.ts";
import { findUnreadableSecrets, rotateSecrets } from "../src/stored-secrets.ts";
import { addition, sendForm } from "./support/multipart.ts";
import { aStorageConnector } from "./support/people.ts";
import { aMember, aRegistry, type Registry, statementsOf } from "./support/registry.ts";
import { S3StandIn } from "./support/s3-stand-in.ts";
import { aFile, aModel, aVersion, uuid } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { filesDir, testKeyring, testSecretKeys } from "./support/test-server.ts";

const store = new S3StandIn();
let endpoint: string;
beforeAll(async () => {
  endpoint = await store.open();
});
afterAll(() => store.close());

const errors = "userErrors { code field message }";
const shown =
  "id name kind isDefault createdBy { name } s3 { endpoint region bucket prefix pathStyle credentials accessKeyId }";
const list = async (registry: Pick<Registry, "ask">) =>
  (await registry.ask(`{ storageConnectors { ${shown} } }`)).storageConnectors;
const create = `mutation ($input: CreateStorageConnectorInput!, $key: String) {
  createStorageConnector(input: $input, idempotencyKey: $key) { storageConnector { ${shown} } ${errors} }
}`;
const update = `mutation ($id: ID!, $input: UpdateStorageConnectorInput!) {
  updateStorageConnector(id: $id, input: $input) { storageConnector { ${shown} } ${errors} }
}`;
const setDefault = `mutation ($id: ID!) { setDefaultStorageConnector(id: $id) { storageConnector { isDefault } ${errors} } }`;
const remove = `mutation ($id: ID!) { deleteStorageConnector(id: $id) { deletedId ${errors} } }`;
const tryIt = `mutation ($id: ID!) {
  testStorageConnector(id: $id) { test { ok steps { step problem milliseconds } } ${errors} }
}`;

async function testOf(registry: Registry, id: string) {
  const { test } = (await registry.ask(tryIt, { id })).testStorageConnector;
  for (const { milliseconds } of test.steps) expect(milliseconds).toBeGreaterThanOrEqual(0);
  return {
    ok: test.ok,
    steps: test.steps.map(({ step, problem }: { step: string; problem: string | null }) => [step, problem]),
  };
}

const all = [
  ["WRITE", null],
  ["READ", null],
  ["PARTS", null],
  ["REMOVE", null],
];

test("an organization begins with the folder of the registry's machine", async () => {
  expect(await list(await aRegistry())).toMatchObject([
    { name: "Local disk", kind: "LOCAL_DISK", isDefault: true, createdBy: null, s3: null },
  ]);
});

test("a bucket is added, shown to admins, and to nobody else", async () => {
  const registry = await aRegistry();
  const credentials = { accessKeyId: "AKIA1", secretAccessKey: "s3cret" };
  const s3 = {
    endpoint: "https://S3.example.com/",
    region: "eu-central-1",
    bucket: "models",
    prefix: "registry/",
    credentials,
  };
  const { createStorageConnector } = await registry.ask(create, { input: { name: " Frankfurt ", s3 } });
  const settings = {
    ...s3,
    endpoint: "https://s3.example.com",
    pathStyle: false,
    credentials: "STORED",
    accessKeyId: "AKIA1",
  };
  const connector = { name: "Frankfurt", kind: "S3", isDefault: false, createdBy: { name: "Ada Lovelace" } };
  expect(createStorageConnector).toMatchObject({
    storageConnector: { ...connector, s3: settings },
    userErrors: [],
  });
  expect((await list(registry)).map(({ name }: { name: string }) => name)).toEqual([
    "Frankfurt",
    "Local disk",
  ]);
  const editor = await aMember(registry.db, registry.organizationId, { role: Role.EDITOR });
  const { body } = await sender(registry.url, editor.token)(`{ storageConnectors { ${shown} } }`);
  expect(body.data.storageConnectors[0]).toMatchObject({ ...connector, s3: null });
});

test("a repeated idempotency key adds one bucket", async () => {
  const registry = await aRegistry();
  const input = {
    name: "Bucket",
    s3: { bucket: "models", credentials: { accessKeyId: "a", secretAccessKey: "b" } },
  };
  const ids = [1, 2].map(
    async () => (await registry.ask(create, { input, key: "k" })).createStorageConnector.storageConnector.id,
  );
  expect(new Set(await Promise.all(ids)).size).toBe(1);
  expect(await list(registry)).toHaveLength(2);
});

const key = { accessKeyId: "a", secretAccessKey: "b" };
test.each([
  [
    "a name that is taken",
    { name: "Local disk", s3: { bucket: "models", credentials: key } },
    ["TAKEN", "input", "name"],
  ],
  ["a blank name", { name: " ", s3: { bucket: "models", credentials: key } }, ["INVALID", "input", "name"]],
  ["a second local disk", { name: "Disk" }, ["TAKEN", "input", "s3"]],
  [
    "a password in the endpoint",
    { name: "B", s3: { endpoint: "https://u:p@s3.example.com", bucket: "models", credentials: key } },
    ["INVALID", "input", "s3", "endpoint"],
  ],
  [
    "a query in the endpoint",
    { name: "B", s3: { endpoint: "https://s3.example.com/?a", bucket: "models", credentials: key } },
    ["INVALID", "input", "s3", "endpoint"],
  ],
  [
    "a path for a bucket",
    { name: "B", s3: { bucket: "a/../b", credentials: key } },
    ["INVALID", "input", "s3", "bucket"],
  ],
  [
    "dots for a bucket",
    { name: "B", s3: { bucket: "a..b", credentials: key } },
    ["INVALID", "input", "s3", "bucket"],
  ],
  [
    "a prefix that leads out",
    { name: "B", s3: { bucket: "models", prefix: "a/../b", credentials: key } },
    ["INVALID", "input", "s3", "prefix"],
  ],
  [
    "a prefix with an empty step",
    { name: "B", s3: { bucket: "models", prefix: "a//b", credentials: key } },
    ["INVALID", "input", "s3", "prefix"],
  ],
  [
    "a prefix that begins with a slash",
    { name: "B", s3: { bucket: "models", prefix: "/a", credentials: key } },
    ["INVALID", "input", "s3", "prefix"],
  ],
  [
    "a region with a line break",
    { name: "B", s3: { bucket: "models", region: "eu\n", credentials: key } },
    ["INVALID", "input", "s3", "region"],
  ],
  [
    "a key id with a comma",
    { name: "B", s3: { bucket: "models", credentials: { ...key, accessKeyId: "a,b" } } },
    ["INVALID", "input", "s3", "credentials", "accessKeyId"],
  ],
  [
    "an empty secret",
    { name: "B", s3: { bucket: "models", credentials: { ...key, secretAccessKey: "" } } },
    ["INVALID", "input", "s3", "credentials", "secretAccessKey"],
  ],
  [
    "the credentials of the server",
    { name: "B", s3: { bucket: "models" } },
    ["INVALID", "input", "s3", "credentials"],
  ],
])("%s is refused", async (_what, input, [code, ...field]) => {
  const registry = await aRegistry();
  const { createStorageConnector } = await registry.ask(create, { input });
  expect(createStorageConnector).toMatchObject({ storageConnector: null, userErrors: [{ code, field }] });
  expect(await list(registry)).toHaveLength(1);
});

test.each(["registry/", "a", "a/b-c/d_e.f/", "..a/"])("the prefix %s is taken", async (prefix) => {
  const { createStorageConnector } = await (await aRegistry()).ask(create, {
    input: { name: "B", s3: { bucket: "models", prefix, credentials: key } },
  });
  expect(createStorageConnector).toMatchObject({ storageConnector: { s3: { prefix } }, userErrors: [] });
});

test("a bucket that works passes every step, and keeps nothing of it", async () => {
  const registry = await aRegistry();
  const id = await aStorageConnector(registry, endpoint);
  expect(await testOf(registry, id)).toEqual({ ok: true, steps: all });
  expect([store.objects.size, store.uploads.size]).toEqual([0, 0]);
});

test("a local disk is tested the same way", async () => {
  const registry = await aRegistry();
  const [{ id }] = await list(registry);
  expect(await testOf(registry, id)).toEqual({ ok: true, steps: all });
});

test.each([
  ["an endpoint where nothing listens", "http://127.0.0.1:9", {}, "The object store cannot be reached."],
  [
    "credentials that are not known",
    "",
    { credentials: { accessKeyId: "who", secretAccessKey: "knows" } },
    "The object store answers 403 (AccessDenied).",
  ],
  ["a bucket that is not there", "", { bucket: "other" }, "The object store answers 404 (NoSuchBucket)."],
  [
    "credentials of the server that are not lent any more",
    "",
    { credentials: null },
    "The operator of the registry does not allow its credentials.",
  ],
] as [string, string, { credentials?: object | null; bucket?: string }, string][])(
  "%s are told by the test, as data",
  async (_what, elsewhere, s3, problem) => {
    const registry = await aRegistry();
    const id = await aStorageConnector(registry, elsewhere || endpoint, s3.credentials === null ? {} : s3);
    if (s3.credentials === null)
      await registry.db.query(
        "update storage_connector set access_key_id = null, secret_access_key = null where id = $1",
        [uuid(id)],
      );
    expect(await testOf(registry, id)).toEqual({ ok: false, steps: [["WRITE", problem]] });
  },
);

test.each([
  [
    "GetObject",
    [
      ["WRITE", null],
      ["READ", "The object store answers 500 (Planned)."],
    ],
  ],
  [
    "UploadPart",
    [
      ["WRITE", null],
      ["READ", null],
      ["PARTS", "The object store answers 500 (Planned)."],
    ],
  ],
  [
    "DeleteObject",
    [
      ["WRITE", null],
      ["READ", null],
      ["PARTS", null],
      ["REMOVE", "The object store answers 500 (Planned)."],
    ],
  ],
])("the test tells the step of a fault in %s, and tidies up", async (operation, steps) => {
  const registry = await aRegistry();
  const id = await aStorageConnector(registry, endpoint);
  store.break(operation, 500, 500, 500);
  expect(await testOf(registry, id)).toEqual({ ok: false, steps });
  expect([store.objects.size, store.uploads.size]).toEqual([0, 0]);
});

test("what an old test has left is removed by the next one, and nothing else is", async () => {
  const registry = await aRegistry();
  const id = await aStorageConnector(registry, endpoint);
  const file = { files: [], lastModified: new Date(Date.now() - 2 * 3_600_000) };
  for (const [key, object] of [
    ["probe-old", file],
    ["probe-new", { ...file, lastModified: new Date() }],
    ["a-blob", file],
  ] as const)
    store.objects.set(key, object);
  await testOf(registry, id);
  expect([...store.objects.keys()]).toEqual(["probe-new", "a-blob"]);
  store.objects.clear();
});

test("a new default is the only one, and files stay where they are", async () => {
  const registry = await aRegistry();
  const [disk] = await list(registry);
  await aFile(registry, await aVersion(registry, await aModel(registry)));
  const id = await aStorageConnector(registry, endpoint);
  expect((await registry.ask(setDefault, { id })).setDefaultStorageConnector).toEqual({
    storageConnector: { isDefault: true },
    userErrors: [],
  });
  expect(
    (await list(registry)).map(({ id, isDefault }: { id: string; isDefault: boolean }) => [id, isDefault]),
  ).toEqual([
    [id, true],
    [disk.id, false],
  ]);
  const [{ count }] = await registry.db.query(
    "select count(*)::int from blob where storage_connector_id = $1",
    [uuid(disk.id)],
  );
  expect(count).toBe(1);
});

test("of many who choose a default at once one comes last", async () => {
  const registry = await aRegistry();
  const ids = [];
  for (const name of ["A", "B", "C", "D"]) ids.push(await aStorageConnector(registry, endpoint, { name }));
  const answers = await Promise.all([...ids, ...ids, ...ids].map((id) => registry.ask(setDefault, { id })));
  for (const { setDefaultStorageConnector } of answers)
    expect(setDefaultStorageConnector.userErrors).toEqual([]);
  expect((await list(registry)).filter(({ isDefault }: { isDefault: boolean }) => isDefault)).toHaveLength(1);
});

test("the default, and one with files, cannot be deleted; others can, the local disk too, and it can be added again", async () => {
  const registry = await aRegistry();
  const [disk] = await list(registry);
  const gone = async (id: string) => (await registry.ask(remove, { id })).deleteStorageConnector;
  expect(await gone(disk.id)).toMatchObject({
    deletedId: null,
    userErrors: [{ code: "CONFLICT", field: ["id"] }],
  });
  const id = await aStorageConnector(registry, endpoint);
  await aFile(registry, await aVersion(registry, await aModel(registry)));
  await registry.ask(setDefault, { id });
  expect(await gone(disk.id)).toMatchObject({
    deletedId: null,
    userErrors: [{ code: "CONFLICT", field: ["id"] }],
  });

  const other = await aRegistry();
  const [unused] = await list(other);
  await other.ask(setDefault, { id: await aStorageConnector(other, endpoint) });
  expect((await other.ask(remove, { id: unused.id })).deleteStorageConnector).toEqual({
    deletedId: unused.id,
    userErrors: [],
  });
  expect((await other.ask(create, { input: { name: "Disk" } })).createStorageConnector).toMatchObject({
    storageConnector: { kind: "LOCAL_DISK" },
    userErrors: [],
  });
  const viaSql = other.db.query("delete from storage_connector where organization_id = $1 and is_default", [
    other.organizationId,
  ]);
  await expect(viaSql).rejects.toThrow("an organization needs a default storage connector");
});

test("a bucket that was never there is given up with what was to be removed from it, and never with a file", async () => {
  const registry = await aRegistry();
  const [disk] = await list(registry);
  const id = await aStorageConnector(registry, "http://127.0.0.1:9");
  await registry.ask(setDefault, { id });
  const version = await aVersion(registry, await aModel(registry));
  const { body } = await sendForm(registry, addition(version), [{ bytes: "weights" }]);
  expect(body.errors).toMatchObject([{ extensions: { code: "STORAGE_UNAVAILABLE" } }]);
  await registry.ask(setDefault, { id: disk.id });
  const remove = `mutation ($id: ID!, $abandon: Boolean! = true) {
    deleteStorageConnector(id: $id, abandon: $abandon) { deletedId ${errors} } }`;
  const gone = async (variables: object) => (await registry.ask(remove, variables)).deleteStorageConnector;
  expect(await gone({ id, abandon: false })).toMatchObject({
    deletedId: null,
    userErrors: [{ code: "CONFLICT" }],
  });
  expect(await gone({ id })).toEqual({ deletedId: id, userErrors: [] });

  const other = await aStorageConnector(registry, endpoint);
  await registry.ask(setDefault, { id: other });
  await aFile(registry, version);
  await registry.ask(setDefault, { id: disk.id });
  expect(await gone({ id: other })).toMatchObject({ deletedId: null, userErrors: [{ code: "CONFLICT" }] });
});

test("where a connector leads cannot be changed, not by the database either", async () => {
  const registry = await aRegistry();
  const id = uuid(await aStorageConnector(registry, endpoint));
  for (const change of ["endpoint = 'http://other'", "bucket = 'other'", "prefix = 'other'"])
    await expect(
      registry.db.query(`update storage_connector set ${change} where id = $1`, [id]),
    ).rejects.toThrow();
});

test("new credentials are used at once, and a local disk takes none", async () => {
  const registry = await aRegistry();
  const [disk] = await list(registry);
  const id = await aStorageConnector(registry, endpoint);
  const input = (accessKeyId: string) => ({ credentials: { accessKeyId, secretAccessKey: "x" } });
  await registry.ask(update, { id, input: input("revoked") });
  expect(await testOf(registry, id)).toMatchObject({ ok: false });
  await registry.ask(update, { id, input: input(store.credentials.accessKeyId) });
  expect(await testOf(registry, id)).toMatchObject({ ok: true });
  expect(
    (await registry.ask(update, { id: disk.id, input: input("a") })).updateStorageConnector,
  ).toMatchObject({ userErrors: [{ code: "INVALID", field: ["input", "credentials"] }] });
});

test("connectors are listed by one statement", async () => {
  const registry = await aRegistry();
  for (const name of ["A", "B", "C"]) await aStorageConnector(registry, endpoint, { name });
  expect(
    await statementsOf(() =>
      registry.ask("{ storageConnectors { name s3 { bucket } viewerPermissions { delete } } }"),
    ),
  ).toHaveLength(1);
});

test("an endpoint that the operator does not allow is not opened", async () => {
  const registry = await aRegistry();
  const id = uuid(await aStorageConnector(registry, endpoint));
  const [connector] = await rows(registry.db, StorageConnector, "where r.id = $1", [id]);
  const open = (s3Endpoints: string[] | "*", keyring = testKeyring) =>
    new Storages(filesDir, { keyring, s3Endpoints, s3EnvironmentBuckets: [] }).open(
      connector as StorageConnector,
    );
  expect(open([endpoint])).toBeDefined();
  expect(() => open(["amazon"])).toThrow("does not allow its endpoint");
  expect(() => open("*", new Keyring([]))).toThrow(
    "The key that its secret access key is encrypted with is missing.",
  );
  const place = { endpoint, bucket: "models", hasKey: false };
  const rules = new Storages(filesDir, {
    keyring: testKeyring,
    s3Endpoints: [endpoint],
    s3EnvironmentBuckets: [`${endpoint}/models`],
  });
  expect(() => rules.expectAllowed(place, [])).not.toThrow();
  expect(() => rules.expectAllowed({ ...place, bucket: "other" }, [])).toThrow("S3_ENVIRONMENT_BUCKETS");
  expect(() => rules.expectAllowed({ ...place, endpoint: null }, [])).toThrow("S3_ENDPOINTS");
});

test("secrets of connectors are rotated, and a missing key is told", async () => {
  const registry = await aRegistry();
  const id = await aStorageConnector(registry, endpoint);
  const [row] = await registry.db.query(
    "select secret_access_key ->> 'keyId' as key from storage_connector where id = $1",
    [uuid(id)],
  );
  expect(row.key).toBe(testKeyring.current);
  expect((await findUnreadableSecrets(registry.db, new Keyring([]))).join()).toContain(
    `the key "${row.key}"`,
  );
  // The keys of the test file come after a new one, as an operator would write them.
  const recent = parseSecretKeys(newSecretKey()) ?? [];
  const both = new Keyring([...recent, ...testSecretKeys]);
  expect((await rotateSecrets(registry.db, both)).rotated).toBeGreaterThanOrEqual(1);
  const [after] = await registry.db.query(
    "select secret_access_key ->> 'keyId' as key from storage_connector where id = $1",
    [uuid(id)],
  );
  expect(after.key).toBe(both.current);
});

test("the secret is nowhere in the database, and in no answer", async () => {
  const registry = await aRegistry();
  const canary = randomBytes(16).toString("hex");
  const credentials = { accessKeyId: "a", secretAccessKey: canary };
  const id = await aStorageConnector(registry, endpoint, { credentials });
  const wrong = [
    registry.send(create, {
      input: {
        name: "B",
        s3: { bucket: "x", credentials: { ...credentials, secretAccessKey: `${canary} ` } },
      },
    }),
    registry.send(create, { input: { name: "B", s3: { bucket: "models", region: 7, credentials } } }),
    registry.send(update, { id, input: { credentials: { secretAccessKey: canary } } }),
    registry.send(tryIt, { id }),
    registry.send(`{ storageConnectors { ${shown} } }`),
  ];
  for (const { body } of await Promise.all(wrong)) expect(JSON.stringify(body)).not.toContain(canary);
  for (const table of ["storage_connector", "idempotency_key"]) {
    const stored: object[] = await registry.db.query(`select t::text from ${table} t`);
    expect(JSON.stringify(stored)).not.toContain(canary);
  }
});
