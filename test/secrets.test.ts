import { beforeAll, expect, test } from "@jest/globals";
import { Keyring, newSecretKey, parseSecretKeys } from "../src/keyring.ts";
import { dockerImage, updateDockerImage, updateDockerImageMutation } from "./support/docker-image.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aVersion, uuid } from "./support/seed.ts";
import { type Send, sender } from "./support/send.ts";
import { aServer } from "./support/test-server.ts";

const secret = { name: "TOKEN", value: "s3cret", secret: true };
const unreadable = { ...secret, value: null, visibility: "UNREADABLE" };

let registry: Registry;
let modelId: string;

beforeAll(async () => {
  registry = await aRegistry();
  modelId = await aModel(registry);
});

const withSecret = (environmentVariables: object[] = [secret]) =>
  aVersion(registry, modelId, { dockerImage: { image: "acme/yolox:1.2", environmentVariables } });

const inDatabase = async (id: string) => {
  const [row] = await registry.db.query(
    "select environment_variables from docker_image where model_version_id = $1",
    [uuid(id)],
  );
  return row?.environment_variables;
};

/** The same registry, served by a process that has these keys. */
async function servedWith(keyring: Keyring): Promise<Pick<Registry, "ask"> & { send: Send }> {
  const { address } = await aServer(registry.db, {}, keyring);
  const send = sender(`${address}/graphql`, registry.token);
  return { send, ask: async (query, variables) => (await send(query, variables)).body.data };
}

/** The keys of the test server have an id, and this has another key under it. */
async function wrongKey(): Promise<Keyring> {
  const [{ keyId }] = await inDatabase(await withSecret());
  return new Keyring(parseSecretKeys(newSecretKey().replace(/^[^:]+/, keyId)) ?? []);
}

test("a secret is stored as a ciphertext, each time another one, and the id of its key", async () => {
  const [a, b] = [await inDatabase(await withSecret()), await inDatabase(await withSecret())];
  expect(a).toEqual([{ name: "TOKEN", keyId: expect.any(String), sealed: expect.any(String) }]);
  expect(Buffer.from(a[0].sealed, "base64").length).toBe(12 + "s3cret".length + 16);
  expect(b[0].sealed).not.toBe(a[0].sealed);
});

test.each([
  ["empty", ""],
  ["of any characters", "…\n\u{1f511} \\u0000 '\";"],
  ["of 4,096 characters", "漢".repeat(4_096)],
])("a secret that is %s comes back as it is", async (_what, value) => {
  const id = await withSecret([{ ...secret, value }]);
  expect((await dockerImage(registry, id)).dockerImage.environmentVariables).toMatchObject([{ value }]);
});

test("a secret whose value is left out, or is the same, stays the ciphertext that it is", async () => {
  const id = await withSecret();
  const before = await inDatabase(id);
  for (const variable of [{ name: "TOKEN" }, { name: "TOKEN", secret: true }, secret]) {
    const edit = { id, input: { environmentVariables: [variable] } };
    expect((await updateDockerImage(registry, edit)).modelVersion.revisions.dockerImage).toBe(1);
    expect(await inDatabase(id)).toEqual(before);
  }
  await updateDockerImage(registry, { id, input: { flags: ["-q"] } });
  expect(await inDatabase(id)).toEqual(before);
});

test("a copy lives on by itself", async () => {
  const [id, copy] = [await withSecret(), await aVersion(registry, modelId)];
  await registry.db.query(
    `insert into docker_image (model_version_id, image, tag, digest, flags, environment_variables)
     select $2, image, tag, digest, flags, environment_variables from docker_image where model_version_id = $1`,
    [uuid(id), uuid(copy)],
  );
  const { dockerImage: first } = await dockerImage(registry, id);
  await registry.db.query("delete from model_version where id = $1", [uuid(id)]);
  expect((await dockerImage(registry, copy)).dockerImage).toEqual(first);
  const input = { environmentVariables: [{ name: "TOKEN" }, { name: "A", value: "" }] };
  const { modelVersion } = await updateDockerImage(registry, { id: copy, input });
  expect(modelVersion.dockerImage.environmentVariables[0]).toEqual({ ...secret, visibility: "SHOWN" });
});

test("a secret that somebody moved to another name or organization, or changed, is not shown", async () => {
  const other = await aRegistry();
  const foreign = await aVersion(other, await aModel(other), { dockerImage: { image: "a" } });
  const id = await withSecret();
  const [stored] = await inDatabase(id);
  const flipped = stored.sealed.replace(/^./, (first: string) => (first === "A" ? "B" : "A"));
  for (const [owner, version, variable] of [
    [registry, id, { ...stored, name: "MODE" }],
    [registry, id, { ...stored, sealed: flipped }],
    [other, foreign, stored],
  ] as const) {
    await registry.db.query(
      "update docker_image set environment_variables = $2 where model_version_id = $1",
      [uuid(version), JSON.stringify([variable])],
    );
    const { dockerImage: shown } = await dockerImage(owner, version);
    expect(shown.environmentVariables).toEqual([{ ...unreadable, name: variable.name }]);
  }
});

test.each([
  ["a value beside the ciphertext", [{ name: "A", value: "x", keyId: "k", sealed: "A".repeat(40) }]],
  ["a value beside the key", [{ name: "A", value: "x", keyId: "k" }]],
  ["a ciphertext without the key", [{ name: "A", sealed: "A".repeat(40) }]],
  ["a value in the place of the ciphertext", [{ name: "A", keyId: "k", sealed: "s3cret" }]],
  ["neither", [{ name: "A" }]],
  ["no name", [{ value: "x" }]],
  ["a number", [5]],
  ["no list", { A: "x" }],
])("the database refuses %s", async (_what, variables) => {
  const id = await withSecret();
  await expect(
    registry.db.query("update docker_image set environment_variables = $2 where model_version_id = $1", [
      uuid(id),
      JSON.stringify(variables),
    ]),
  ).rejects.toThrow("docker_image_secrets_sealed");
});

test("without keys no secret is taken, and everything else works", async () => {
  const id = await withSecret();
  const stored = await inDatabase(id);
  const keyless = await servedWith(new Keyring([]));
  const shown = await dockerImage(keyless, id);
  expect(shown.dockerImage).toMatchObject({ tag: "1.2", environmentVariables: [unreadable] });

  const refused = [
    501,
    [{ extensions: { code: "SECRETS_NOT_CONFIGURED" }, message: expect.not.stringContaining("new") }],
  ];
  for (const dryRun of [true, false]) {
    const input = { tag: "3", environmentVariables: [{ name: "TOKEN", value: "new" }] };
    const { status, body } = await keyless.send(updateDockerImageMutation, { id, input, dryRun });
    expect([status, body.errors]).toMatchObject(refused);
  }
  const create = `mutation ($modelId: ID!, $image: DockerImageInput) {
    createModelVersion(modelId: $modelId, input: { name: "x", type: LINE, dockerImage: $image }, idempotencyKey: "k") {
      userErrors { code } } }`;
  const image = { image: "a", environmentVariables: [secret] };
  const { status, body } = await keyless.send(create, { modelId, image });
  expect([status, body.errors]).toMatchObject(refused);
  expect((await registry.ask(create, { modelId, image })).createModelVersion.userErrors).toEqual([]);
  expect(await dockerImage(registry, id)).toMatchObject({
    updatedAt: shown.updatedAt,
    revisions: shown.revisions,
  });

  const input = { tag: "3", environmentVariables: [{ name: "A", value: "plain" }, { name: "TOKEN" }] };
  const { dockerImage: made, userErrors } = await updateDockerImage(keyless, { id, input });
  expect([userErrors, made]).toMatchObject([
    [],
    { tag: "3", environmentVariables: [{ value: "plain" }, unreadable] },
  ]);
  expect((await inDatabase(id))[1]).toEqual(stored[0]);
});

test("under a wrong key a secret is unreadable, all else is there, and a new value mends it", async () => {
  const id = await withSecret();
  const wrong = await servedWith(await wrongKey());
  expect((await dockerImage(wrong, id)).dockerImage).toMatchObject({
    image: "acme/yolox",
    environmentVariables: [unreadable],
  });
  const input = { environmentVariables: [{ ...secret, value: "anew" }] };
  const { dockerImage: made } = await updateDockerImage(wrong, { id, input });
  expect(made.environmentVariables).toMatchObject([{ value: "anew", visibility: "SHOWN" }]);
});

const create = (variable: string) =>
  `mutation { createModelVersion(modelId: "x", input: { name: "x", type: LINE, dockerImage: { image: "a", environmentVariables: [${variable}] } }) { userErrors { code } } }`;

test.each<[string, string, object, string]>([
  [
    "a number",
    updateDockerImageMutation,
    { id: "x", input: { environmentVariables: [{ name: "A", value: 8_675_309 }] } },
    'Variable "$input.environmentVariables.0.value": String cannot represent a non string value.',
  ],
  [
    "an object",
    updateDockerImageMutation,
    { id: "x", input: { environmentVariables: [{ name: "A", value: { x: "c4nary" } }] } },
    'Variable "$input.environmentVariables.0.value": String cannot represent a non string value.',
  ],
  [
    "a value beside a field that does not exist",
    updateDockerImageMutation,
    { id: "x", input: { environmentVariables: [{ name: "A", value: "c4nary", masked: true }] } },
    'Variable "$input.environmentVariables.0": Field "masked" is not defined by type "EnvironmentVariableInput".',
  ],
  [
    "a value beside a name that is missing",
    updateDockerImageMutation,
    { id: "x", input: { environmentVariables: [{ value: "c4nary" }] } },
    'Variable "$input.environmentVariables.0": Field "name" of required type "String!" was not provided.',
  ],
  [
    "a list in the place of the input",
    updateDockerImageMutation,
    { id: "x", input: [{ name: "A", value: "c4nary" }] },
    'Variable "$input": Expected type "UpdateDockerImageInput" to be an object.',
  ],
  [
    "a literal number",
    create("{ name: A, value: 8675309 }"),
    {},
    "String cannot represent a non string value.",
  ],
  [
    "a literal word",
    create('{ name: "A", value: c4nary }'),
    {},
    "String cannot represent a non string value.",
  ],
  [
    "a literal object",
    create('{ name: "A", value: { x: "c4nary" } }'),
    {},
    "String cannot represent a non string value.",
  ],
  [
    "a literal text in the place of an object",
    create('"A=c4nary"'),
    {},
    'Expected value of type "EnvironmentVariableInput!".',
  ],
  [
    "a literal beside a field that does not exist",
    create('{ name: "A", value: "c4nary", masked: true }'),
    {},
    'Field "masked" is not defined by type "EnvironmentVariableInput".',
  ],
  [
    "a literal in a wrong place",
    create('{ name: "A", "c4nary" }'),
    {},
    "Syntax Error: Expected Name, found String.",
  ],
])("an error does not repeat a value: %s", async (_what, query, variables, message) => {
  const { body } = await registry.send(query, variables);
  expect(body.errors?.map((error) => error.message)).toContain(message);
  expect(JSON.stringify(body)).not.toMatch(/c4nary|8675309/);
});

test("other mistakes still say what came", async () => {
  const text = async (query: string, variables = {}) =>
    JSON.stringify((await registry.send(query, variables)).body.errors);
  expect(await text("query ($n: Int) { models(first: $n) { totalCount } }", { n: "ten" })).toContain(
    String.raw`Variable \"$n\": Int cannot represent non-integer value: \"ten\"`,
  );
  expect(await text('{ models(first: "ten") { totalCount } }')).toContain(String.raw`value: \"ten\"`);
  expect(await text("{ models(orderBy: { field: NAM }) { totalCount } }")).toContain(
    String.raw`Value \"NAM\" does not exist in \"ModelOrderField\" enum. Did you mean the enum value \"NAME\"?`,
  );
});
