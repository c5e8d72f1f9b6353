import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { aStoredFile } from "./support/files.ts";
import { aRegistry, statementsOf } from "./support/registry.ts";
import { aFile, aModel, aVersion } from "./support/seed.ts";
import { deleteFile } from "./support/settings.ts";
import { readAhead } from "./support/test-server.ts";

const everything = `id name filename contentType size sizeCategory sha256 status format canRunCode createdAt verifiedAt
  createdBy { name } modelVersion { id } storageConnector { name kind } downloadUrl
  viewerPermissions { download copy replace verify delete }`;

const read =
  "query ($id: ID!) { node(id: $id) { ... on ModelFile { format canRunCode verifiedAt status } } }";

test("a file says all that there is to say of it", async () => {
  const registry = await aRegistry();
  const version = await aVersion(registry, await aModel(registry));
  const bytes = readFileSync("test/support/formats/checkpoint.pt");
  const id = await aStoredFile(registry, version, bytes, { name: "weights", contentType: "application/zip" });
  const { node } = await registry.ask(
    `query ($id: ID!) { node(id: $id) { ... on ModelFile { ${everything} } } }`,
    { id },
  );
  expect(node).toEqual({
    ...{ id, name: "weights", filename: "best.onnx", contentType: "application/zip" },
    ...{ size: bytes.length, sizeCategory: "SMALL", status: "READY" },
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    ...{ format: "PYTORCH", canRunCode: true },
    ...{ createdAt: expect.any(String), verifiedAt: expect.any(String) },
    createdBy: { name: "Ada Lovelace" },
    modelVersion: { id: version },
    storageConnector: { name: "Local disk", kind: "LOCAL_DISK" },
    downloadUrl: expect.stringContaining(`/files/${id}/best.onnx?`),
    viewerPermissions: { download: true, copy: true, replace: true, verify: true, delete: true },
  });
});

test.each([
  ["protocol-4.pkl", "PICKLE", true],
  ["model.safetensors", "SAFETENSORS", false],
  ["labels.zip", "ZIP", null],
  ["weights.h5", "HDF5", null],
  ["saved_model.pb", "TENSORFLOW", null],
  ["labels.txt", "UNKNOWN", null],
])("%s is %s, and that it can run code is %s", async (name, format, canRunCode) => {
  const registry = await aRegistry();
  const version = await aVersion(registry, await aModel(registry));
  const id = await aStoredFile(registry, version, readFileSync(`test/support/formats/${name}`));
  expect((await registry.ask(read, { id })).node).toMatchObject({ format, canRunCode });
});

test("of what has not been read nothing is told", async () => {
  const registry = await aRegistry();
  const version = await aVersion(registry, await aModel(registry));
  const id = await aFile(registry, version);
  await registry.db.query(
    `update blob set state = 'VERIFYING', format = null, checked_at = null
     where id = (select blob_id from model_file where id = $1)`,
    [id],
  );
  const { modelVersion } = await registry.ask(
    `query ($id: ID!) { modelVersion(by: { id: $id }) { files { nodes {
      format canRunCode verifiedAt sha256 downloadUrl viewerPermissions { download copy verify }
    } } } }`,
    { id: version },
  );
  expect(modelVersion.files.nodes).toEqual([
    {
      ...{ format: null, canRunCode: null, verifiedAt: null, sha256: null, downloadUrl: null },
      viewerPermissions: { download: false, copy: false, verify: true },
    },
  ]);
});

test("a file is found by its name in the version, as it is written", async () => {
  const registry = await aRegistry();
  const model = await aModel(registry);
  const [version, other] = [await aVersion(registry, model), await aVersion(registry, model)];
  const deleted = await aStoredFile(registry, version, Buffer.from("1"), { name: "wéights" });
  await aStoredFile(registry, other, Buffer.from("2"), { name: "config" });
  const find = async (name: string) =>
    (
      await registry.ask(
        "query ($id: ID!, $name: String!) { modelVersion(by: { id: $id }) { file(name: $name) { name } } }",
        { id: version, name },
      )
    ).modelVersion.file;
  expect(await find("wéights")).toEqual({ name: "wéights" });
  expect(await find("  we\u0301ights ")).toEqual({ name: "wéights" });
  expect(await find("config")).toBeNull();
  await registry.ask(deleteFile, { id: deleted });
  expect(await find("wéights")).toBeNull();
});

test.each([
  // The model, its versions, their files, the bytes, the authors, the files' versions; and, read ahead or not, the connectors.
  ["pages of files", `files { nodes { ${everything} } }`],
  ["files by name", `file(name: "file 0") { ${everything} }`],
])("%s of many versions are read by as many statements as those of one", async (_what, selection) => {
  const registry = await aRegistry();
  const model = await aModel(registry);
  for (const files of [1, 5, 3]) {
    const version = await aVersion(registry, model);
    for (let count = 0; count < files; count += 1) await aFile(registry, version, { name: `file ${count}` });
    const list = `query ($id: ID!) { node(id: $id) { ... on Model { versions { nodes { ${selection} } } } } }`;
    expect(await statementsOf(() => registry.ask(list, { id: model }))).toHaveLength(readAhead ? 3 : 7);
  }
});
