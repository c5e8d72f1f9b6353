import { expect, test } from "@jest/globals";
import { Role } from "../src/member/role.ts";
import { dockerImage, removeDockerImage, updateDockerImage } from "./support/docker-image.ts";
import { aMember, aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aVersion } from "./support/seed.ts";
import { sender } from "./support/send.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const otherDigest = `sha256:${"cd".repeat(32)}`;
const plain = (name: string, value: string) => ({ name, value, secret: false, visibility: "SHOWN" });
const secret = (name: string, value: string) => ({ ...plain(name, value), secret: true });

const form = {
  image: "acme/yolox",
  tag: "1.2",
  flags: ["--gpus=all", "--ipc=host"],
  environmentVariables: [
    { name: "MODE", value: "offline" },
    { name: "TOKEN", value: "s3cret", secret: true },
  ],
};
const stored = {
  image: "acme/yolox",
  tag: "1.2",
  digest: null,
  flags: ["--gpus=all", "--ipc=host"],
  environmentVariables: [plain("MODE", "offline"), secret("TOKEN", "s3cret")],
};

async function aVersionWith(registry: Registry, image: object | null) {
  return aVersion(registry, await aModel(registry), { dockerImage: image });
}

test.each<[string, object, object, object]>([
  ["nothing", {}, form, {}],
  ["another image", { image: "acme/yolox-2" }, form, { image: "acme/yolox-2" }],
  ["an image with a tag", { image: " acme/yolox:1.3 " }, form, { tag: "1.3" }],
  ["an image with the tag it has", { image: "acme/yolox:1.2", tag: "1.2" }, form, {}],
  ["an image with a digest", { image: `acme/yolox@${digest}` }, form, { digest }],
  ["a tag", { tag: "1.3" }, form, { tag: "1.3" }],
  ["no tag", { tag: null }, form, { tag: null }],
  ["a digest", { digest }, form, { digest }],
  ["no digest", { digest: null }, { ...form, digest }, {}],
  ["no tag of a pinned image", { tag: null }, { ...form, digest }, { tag: null, digest }],
  ["a tag instead of a digest", { tag: "2", digest: null }, { ...form, digest }, { tag: "2" }],
  [
    "another tag and digest",
    { image: `acme/yolox:2@${otherDigest}` },
    { ...form, digest },
    { tag: "2", digest: otherDigest },
  ],
  ["the same tag of a pinned image", { tag: "1.2" }, { ...form, digest }, { digest }],
  ["flags", { flags: ["-q", "-q"] }, form, { flags: ["-q", "-q"] }],
  ["no flags", { flags: null }, form, { flags: [] }],
  ["an empty list of flags", { flags: [] }, form, { flags: [] }],
  ["no variables", { environmentVariables: null }, form, { environmentVariables: [] }],
  [
    "variables, in another order",
    { environmentVariables: [{ name: "TOKEN" }, { name: "NEW", value: "" }] },
    form,
    { environmentVariables: [secret("TOKEN", "s3cret"), plain("NEW", "")] },
  ],
  [
    "a new value of a secret",
    { environmentVariables: [{ name: "TOKEN", value: "new" }] },
    form,
    { environmentVariables: [secret("TOKEN", "new")] },
  ],
  [
    "a secret that becomes plain",
    { environmentVariables: [{ name: "TOKEN", value: "open", secret: false }] },
    form,
    { environmentVariables: [plain("TOKEN", "open")] },
  ],
  [
    "a plain variable that becomes secret",
    { environmentVariables: [{ name: "MODE", value: "offline", secret: true }] },
    form,
    { environmentVariables: [secret("MODE", "offline")] },
  ],
])("an edit that says %s leaves the rest as it is", async (_what, input, before, changes) => {
  const registry = await aRegistry();
  const id = await aVersionWith(registry, before);
  const first = await dockerImage(registry, id);
  const tried = await updateDockerImage(registry, { id, input, dryRun: true, expectedRevision: 1 });
  expect(await dockerImage(registry, id)).toEqual(first);

  const expected = { ...stored, ...changes };
  const changed = JSON.stringify(expected) !== JSON.stringify(first.dockerImage);
  const { modelVersion, userErrors, dockerImage: made } = await updateDockerImage(registry, { id, input });
  expect([tried.userErrors, tried.dockerImage, userErrors, made]).toEqual([[], expected, [], expected]);
  expect(modelVersion).toMatchObject({
    dockerImage: expected,
    revisions: { about: 1, dockerImage: changed ? 2 : 1 },
  });
  expect(modelVersion.updatedAt > first.updatedAt).toBe(changed);
  expect(await dockerImage(registry, id)).toEqual(modelVersion);
});

test.each<[string, object, string[], object?, string?]>([
  ["an image that is null", { image: null }, ["image"]],
  ["an image that is none", { image: "https://hub.example.com/x" }, ["image"]],
  ["two tags", { image: "repo/x:1.2", tag: "1.3" }, ["tag"]],
  ["a tag and none", { image: "repo/x:1.2", tag: null }, ["tag"]],
  ["two digests", { image: `repo/x@${digest}`, digest: otherDigest }, ["digest"]],
  ["a digest and none", { image: `repo/x@${digest}`, digest: null }, ["digest"]],
  ["a bad tag", { tag: "-x" }, ["tag"]],
  ["a bad digest", { digest: "sha256:ab" }, ["digest"]],
  ["another tag of a pinned image", { tag: "1.3" }, ["digest"], { digest }, "CONFLICT"],
  ["another pinned image", { image: "acme/other" }, ["digest"], { digest }, "CONFLICT"],
  ["a blank flag", { flags: ["-q", " "] }, ["flags", "1"]],
  ["too many flags", { flags: Array(201).fill("-q") }, ["flags"]],
  ["no value", { environmentVariables: [{ name: "NEW" }] }, ["environmentVariables", "0", "value"]],
  [
    "no value of a plain one",
    { environmentVariables: [{ name: "MODE" }] },
    ["environmentVariables", "0", "value"],
  ],
  [
    "a plain one that becomes secret without a value",
    { environmentVariables: [{ name: "MODE", secret: true }] },
    ["environmentVariables", "0", "value"],
  ],
  [
    "a secret that becomes plain without a value",
    { environmentVariables: [{ name: "TOKEN", secret: false }] },
    ["environmentVariables", "0", "value"],
  ],
  [
    "null as a value",
    { environmentVariables: [{ name: "TOKEN", value: null }] },
    ["environmentVariables", "0", "value"],
  ],
  [
    "null for secret",
    { environmentVariables: [{ name: "TOKEN", value: "x", secret: null }] },
    ["environmentVariables", "0", "secret"],
  ],
  [
    "a bad name",
    { environmentVariables: [{ name: "A-B", value: "" }] },
    ["environmentVariables", "0", "name"],
  ],
  [
    "a long value",
    { environmentVariables: [{ name: "A", value: "x".repeat(4_097) }] },
    ["environmentVariables", "0", "value"],
  ],
  [
    "a name twice",
    { environmentVariables: [{ name: "TOKEN" }, { name: "TOKEN" }] },
    ["environmentVariables", "1", "name"],
    {},
    "DUPLICATE",
  ],
])("%s: refused, and nothing changes", async (_what, input, path, more = {}, code = "INVALID") => {
  const registry = await aRegistry();
  const id = await aVersionWith(registry, { ...form, ...more });
  const before = await dockerImage(registry, id);
  for (const dryRun of [true, false]) {
    const answer = await updateDockerImage(registry, { id, input, dryRun });
    expect(answer).toEqual({
      modelVersion: before,
      dockerImage: null,
      userErrors: [{ code, field: ["input", ...path], message: expect.any(String) }],
    });
  }
  expect(await dockerImage(registry, id)).toEqual(before);
});

test("everything that is wrong is told at once, whether it stands in the input or against what is stored", async () => {
  const registry = await aRegistry();
  const id = await aVersionWith(registry, { ...form, digest });
  const input = { tag: "2", flags: [" "], environmentVariables: [{ name: "1" }, { name: "NEW" }] };
  const { userErrors } = await updateDockerImage(registry, { id, input });
  expect(userErrors.map(({ field }: { field: string[] }) => field.join("."))).toEqual([
    "input.digest",
    "input.flags.0",
    "input.environmentVariables.0.name",
    "input.environmentVariables.0.value",
    "input.environmentVariables.1.value",
  ]);
});

test("a version without a docker image gets one, and is trainable", async () => {
  const registry = await aRegistry();
  const id = await aVersionWith(registry, null);
  const before = await dockerImage(registry, id);
  expect(before).toMatchObject({ dockerImage: null, trainable: { ready: false } });
  for (const input of [{}, { tag: "1" }]) {
    const { modelVersion, userErrors } = await updateDockerImage(registry, { id, input });
    expect([modelVersion, userErrors]).toMatchObject([
      before,
      [{ code: "INVALID", field: ["input", "image"] }],
    ]);
  }
  const { modelVersion } = await updateDockerImage(registry, { id, input: { image: "acme/yolox:1.2" } });
  expect(modelVersion).toMatchObject({
    dockerImage: { image: "acme/yolox", tag: "1.2", digest: null, flags: [], environmentVariables: [] },
    trainable: { ready: true },
    revisions: { dockerImage: 2 },
  });
});

test("a docker image is removed once, and its secrets with it", async () => {
  const registry = await aRegistry();
  const id = await aVersionWith(registry, form);
  const before = await dockerImage(registry, id);
  const tried = await removeDockerImage(registry, { id, dryRun: true });
  expect(tried).toEqual({ modelVersion: before, userErrors: [] });
  const stale = await removeDockerImage(registry, { id, expectedRevision: 7 });
  expect(stale).toMatchObject({ modelVersion: before, userErrors: [{ code: "CONFLICT" }] });

  const { modelVersion } = await removeDockerImage(registry, { id, expectedRevision: 1 });
  expect(modelVersion).toMatchObject({
    dockerImage: null,
    trainable: { ready: false },
    revisions: { dockerImage: 2 },
  });
  const again = await removeDockerImage(registry, { id, expectedRevision: 2 });
  expect(again).toEqual({ modelVersion, userErrors: [] });
  const back = await updateDockerImage(registry, {
    id,
    input: { image: "a", environmentVariables: [{ name: "TOKEN" }] },
  });
  expect(back.userErrors).toMatchObject([{ field: ["input", "environmentVariables", "0", "value"] }]);
});

test("a stale edit is a conflict, and the answer holds the docker image as it is now", async () => {
  const registry = await aRegistry();
  const id = await aVersionWith(registry, form);
  await updateDockerImage(registry, { id, input: { tag: "theirs" }, expectedRevision: 1 });
  const answer = await updateDockerImage(registry, { id, input: { tag: "mine" }, expectedRevision: 1 });
  expect(answer).toMatchObject({
    modelVersion: { dockerImage: { tag: "theirs" }, revisions: { dockerImage: 2 } },
    userErrors: [{ code: "CONFLICT", field: ["expectedRevision"] }],
  });
});

test("a viewer sees that there is a secret, and no more; and edits nothing", async () => {
  const registry = await aRegistry();
  const id = await aVersionWith(registry, form);
  const { token } = await aMember(registry.db, registry.organizationId, { role: Role.VIEWER });
  const viewer = { ...registry, send: sender(registry.url, token) };
  const ask: Registry["ask"] = async (query, variables) => (await viewer.send(query, variables)).body.data;
  const seen = await dockerImage({ ...viewer, ask }, id);
  expect(seen.dockerImage.environmentVariables).toEqual([
    plain("MODE", "offline"),
    { name: "TOKEN", value: null, secret: true, visibility: "MASKED" },
  ]);
  const { body } = await viewer.send(
    `mutation { removeDockerImage(id: "${id}") { userErrors { message } } }`,
  );
  expect(body.errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
});

test("what is not there cannot be edited, and a foreign version is not there", async () => {
  const [registry, other] = [await aRegistry(), await aRegistry()];
  const foreign = await aVersionWith(other, form);
  const missing = foreign.replace(/.{8}$/, "00000000");
  for (const id of [foreign, missing]) {
    const refused = { modelVersion: null, userErrors: [{ code: "NOT_FOUND", field: ["id"] }] };
    expect(await updateDockerImage(registry, { id, input: { tag: "x" } })).toMatchObject(refused);
    expect(await removeDockerImage(registry, { id })).toMatchObject(refused);
  }
  expect((await dockerImage(other, foreign)).dockerImage).toEqual(stored);
});

test("a password in an image is not repeated", async () => {
  const registry = await aRegistry();
  const id = await aVersion(registry, await aModel(registry));
  const image = "https://robot:hunter2@registry.example.com/acme/yolox";
  const { userErrors } = await updateDockerImage(registry, { id, input: { image } });
  expect(userErrors).toMatchObject([
    { message: "Expected an image such as docker.io/acme/training:1.2.0, got something else." },
  ]);
});
