import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { beforeAll, beforeEach, expect, test } from "@jest/globals";
import { sweep } from "../src/sweep/sweep.ts";
import {
  artifactsOf,
  beginArtifact,
  createArtifact,
  deleteArtifact,
  setStatus,
} from "./support/artifacts.ts";
import { keysOfRows, keysOnDisk } from "./support/disk.ts";
import { aStoredFile, diskPathOf } from "./support/files.ts";
import { keptBytes, upload } from "./support/multipart.ts";
import { complete, readBytes, sendParts, someBytes, uploadInParts, urlsOf } from "./support/parts.ts";
import { aRegistry, type Registry, statementsOf } from "./support/registry.ts";
import { aModel, anExperiment, aVersion, uuid } from "./support/seed.ts";
import { deleteFile, deleteVersion, purgeFile, purgeVersion } from "./support/settings.ts";
import { filesDir, readAhead, storages } from "./support/test-server.ts";

let registry: Registry;
let base: string;

const weights = Buffer.from("weights of the base");
const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const conflict = (field: string) => [expect.objectContaining({ code: "CONFLICT", field: [field] })];

beforeAll(async () => readBytes(await aRegistry())); // what other test files have left

beforeEach(async () => {
  registry = await aRegistry();
  base = await aVersion(registry, await aModel(registry));
});

/** An experiment whose base has one file, "weights". */
async function anInheritor(): Promise<string> {
  await aStoredFile(registry, base, weights, { name: "weights", filename: "w.pt", contentType: "a/b" });
  return anExperiment(registry, { base });
}

/** All bytes that an artifact has by now. */
async function download(id: string): Promise<Buffer> {
  const { node } = await registry.ask(
    "query ($id: ID!) { node(id: $id) { ... on Artifact { downloadUrl } } }",
    {
      id,
    },
  );
  const response = await fetch(node.downloadUrl);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

async function sweepAll(): Promise<void> {
  const onError = (error: unknown) => {
    throw error;
  };
  await sweep(registry.db, storages, { onError });
  expect(keysOnDisk(filesDir, registry.organizationId)).toEqual(
    await keysOfRows(registry.db, registry.organizationId),
  );
}

test("an experiment begins with the files of its base that are READY, and no bytes are moved", async () => {
  const damaged = await aStoredFile(registry, base, Buffer.from("damaged"), { name: "damaged" });
  writeFileSync(await diskPathOf(registry, damaged), "!");
  await registry.ask("mutation ($id: ID!) { verifyModelFile(id: $id) { userErrors { code } } }", {
    id: damaged,
  });
  await readBytes(registry);
  const deleted = await aStoredFile(registry, base, Buffer.from("deleted"), { name: "deleted" });
  await registry.ask(deleteFile, { id: deleted });
  await uploadInParts(registry.ask, base, Buffer.from("not read yet"), { name: "verifying" });
  const before = await keptBytes(registry);

  const id = await anInheritor();
  const fields =
    "name filename contentType size sha256 status inherited createdBy { name } experiment { id } storageConnector { name }";
  expect(await artifactsOf(registry.ask, id, fields)).toEqual([
    {
      ...{
        name: "weights",
        filename: "w.pt",
        contentType: "a/b",
        size: weights.length,
        sha256: digest(weights),
      },
      ...{ status: "READY", inherited: true, createdBy: { name: "Ada Lovelace" }, experiment: { id } },
      storageConnector: { name: "Local disk" },
    },
  ]);
  const after = await keptBytes(registry);
  expect([after.blobs, after.files.length]).toEqual([before.blobs + 1, before.files.length + 1]); // the base's own
  await readBytes(registry);
});

test("what it has from its base stays when the base is purged", async () => {
  const id = await anInheritor();
  const [artifact] = await artifactsOf(registry.ask, id, "id");
  for (const gone of [deleteVersion, purgeVersion]) await registry.ask(gone, { id: base });
  await sweepAll();
  expect(await download(artifact.id)).toEqual(weights);
  expect(await artifactsOf(registry.ask, id)).toEqual([{ name: "weights", inherited: true }]);
});

test("an artifact is added, found, replaced and downloaded bit for bit", async () => {
  const id = await anInheritor();
  const [first, second] = [someBytes(100_000), someBytes(100_000)];
  const { artifact, userErrors } = await createArtifact(registry, id, new Uint8Array(first), {
    name: "best",
  });
  expect([artifact, userErrors]).toMatchObject([{ name: "best", status: "READY", inherited: false }, []]);
  expect(await download(artifact.id)).toEqual(first);

  const again = await createArtifact(registry, id, new Uint8Array(second), { name: "best" });
  expect(again).toMatchObject({ artifact: null, userErrors: [{ code: "TAKEN", field: ["input", "name"] }] });
  const replaced = await createArtifact(registry, id, new Uint8Array(second), {
    name: "best",
    replace: true,
  });
  expect(await download(replaced.artifact.id)).toEqual(second);
  const query = `query ($id: ID!, $old: ID!) {
    experiment(by: { id: $id }) { artifact(name: "best") { sha256 } } node(id: $old) { id }
  }`;
  const { experiment, node } = await registry.ask(query, { id, old: artifact.id });
  expect([experiment.artifact, node]).toEqual([{ sha256: digest(second) }, null]);
  await sweepAll();
  expect((await keptBytes(registry)).blobs).toBe(2);
});

test("an artifact is the base's own as long as its bytes are, however they came here", async () => {
  const id = await anInheritor();
  await createArtifact(registry, id, "trained", { replace: true });
  expect(await artifactsOf(registry.ask, id)).toEqual([{ name: "weights", inherited: false }]);
  await createArtifact(registry, id, weights.toString(), { replace: true });
  await createArtifact(registry, id, weights.toString(), { name: "other" });
  expect(await artifactsOf(registry.ask, id)).toEqual([
    { name: "other", inherited: true },
    { name: "weights", inherited: true },
  ]);
  expect((await keptBytes(registry)).blobs).toBe(2);
});

test("a digest that is only announced makes no artifact the base's own", async () => {
  const id = await anInheritor();
  const input = { name: "copy", size: 3, sha256: digest(weights) };
  const { pendingUpload } = await beginArtifact(registry.ask, id, input);
  const parts = await sendParts(registry.ask, pendingUpload, Buffer.from("abc"), [1]);
  await complete(registry.ask, pendingUpload.id, parts);
  expect(await artifactsOf(registry.ask, id)).toContainEqual({ name: "copy", inherited: false });
  await readBytes(registry);
  const read = await artifactsOf(registry.ask, id, "name inherited status");
  expect(read).toContainEqual({ name: "copy", inherited: false, status: "CORRUPT" });
});

test("an artifact comes in parts as a file of a version does", async () => {
  const id = await anExperiment(registry);
  const bytes = someBytes(1_000);
  const { pendingUpload } = await beginArtifact(registry.ask, id, {
    size: bytes.length,
    sha256: digest(bytes),
  });
  expect(pendingUpload).toMatchObject({ modelVersion: null, experiment: { id }, file: null });
  const list = "query ($id: ID!) { experiment(by: { id: $id }) { pendingUploads { id } } }";
  const pending = async () => (await registry.ask(list, { id })).experiment.pendingUploads;
  expect(await pending()).toEqual([{ id: pendingUpload.id }]);

  const parts = await sendParts(registry.ask, pendingUpload, bytes, [1]);
  const done = await complete(registry.ask, pendingUpload.id, parts);
  expect(done).toMatchObject({ modelFile: { name: "weights", status: "VERIFYING" }, userErrors: [] });
  expect(await pending()).toEqual([]);
  await readBytes(registry);
  const { modelFile: same } = await complete(registry.ask, pendingUpload.id, parts);
  expect(same).toEqual({ ...done.modelFile, status: "READY", sha256: digest(bytes) });
  expect(await download(same.id)).toEqual(bytes);
});

test("an upload of an artifact can be aborted, and expects a free name", async () => {
  const id = await anInheritor();
  const taken = await beginArtifact(registry.ask, id, { size: 1 });
  expect(taken).toMatchObject({
    pendingUpload: null,
    userErrors: [{ code: "TAKEN", field: ["input", "name"] }],
  });
  const { pendingUpload } = await beginArtifact(registry.ask, id, { size: 1, replace: true });
  const abort = "mutation ($id: ID!) { abortUpload(id: $id) { abortedId userErrors { code } } }";
  const { abortUpload } = await registry.ask(abort, { id: pendingUpload.id });
  expect(abortUpload).toEqual({ abortedId: pendingUpload.id, userErrors: [] });
  await sweepAll();
  expect((await keptBytes(registry)).blobs).toBe(1);
});

/** Two ways in which an experiment is over. */
const ends: [string, (id: string) => Promise<void>][] = [
  ["has ended", (id) => setStatus(registry.ask, id, "CANCELED")],
  [
    "has been exported",
    async (id) => {
      const query = `mutation ($id: ID!) {
        exportExperiment(id: $id, input: { name: "v", model: { name: "Exported" }, anyStatus: true }) { userErrors { code } }
      }`;
      expect((await registry.ask(query, { id })).exportExperiment.userErrors).toEqual([]);
    },
  ],
];

test.each(ends)("when an experiment %s, its artifacts stay as they are", async (_how, end) => {
  const id = await anInheritor();
  const late = (await beginArtifact(registry.ask, id, { name: "late", size: 2 })).pendingUpload;
  const parts = await sendParts(registry.ask, late, Buffer.from("ab"), [1]);
  const [part] = await urlsOf(registry.ask, late.id, [1]);
  const kept = await createArtifact(registry, id, "kept", { name: "kept", idempotencyKey: "k" });
  await end(id);

  const before = await artifactsOf(registry.ask, id, "id name sha256");
  expect((await createArtifact(registry, id, "a", { name: "new" })).userErrors).toEqual(
    conflict("experimentId"),
  );
  expect((await beginArtifact(registry.ask, id, { name: "new", size: 1 })).userErrors).toEqual(
    conflict("experimentId"),
  );
  expect((await complete(registry.ask, late.id, parts)).userErrors).toEqual(conflict("id"));
  expect((await deleteArtifact(registry.ask, kept.artifact.id)).userErrors).toEqual(conflict("id"));
  expect((await fetch(String(part?.url), { method: "PUT", body: "ab" })).status).toBe(404);
  // A retry of what was done before is no change.
  expect(await createArtifact(registry, id, "kept", { name: "kept", idempotencyKey: "k" })).toEqual(kept);
  expect(await artifactsOf(registry.ask, id, "id name sha256")).toEqual(before);

  const { db } = registry;
  for (const change of [
    "delete from artifact where experiment_id = $1",
    `insert into artifact (id, organization_id, experiment_id, name, filename, blob_id, created_by_id)
     select gen_random_uuid(), organization_id, experiment_id, 'x', 'x', blob_id, created_by_id
     from artifact where experiment_id = $1 limit 1`,
    "update artifact set name = name || 'x' where experiment_id = $1",
    `update artifact set blob_id = (select b.id from blob b join artifact a on a.blob_id = b.id where a.experiment_id = $1 and a.name = 'kept')
     where experiment_id = $1 and name = 'weights'`,
  ])
    await expect(db.query(change, [uuid(id)])).rejects.toThrow(/kept|frozen|change/);
  await db.query("delete from experiment where id = $1", [uuid(id)]);
});

test("an artifact that is deleted is gone at once, and its bytes when nothing else has them", async () => {
  const id = await anInheritor();
  const { artifact } = await createArtifact(registry, id, "mine", { name: "mine" });
  const [, shared] = await artifactsOf(registry.ask, id, "id");
  expect(await deleteArtifact(registry.ask, artifact.id)).toEqual({
    ...{ deletedId: artifact.id, experiment: { artifacts: { totalCount: 1 } }, userErrors: [] },
  });
  expect((await deleteArtifact(registry.ask, shared.id)).userErrors).toEqual([]);
  const gone = [{ code: "NOT_FOUND", field: ["id"] }];
  expect(await deleteArtifact(registry.ask, artifact.id)).toMatchObject({
    deletedId: null,
    userErrors: gone,
  });
  await sweepAll();
  expect((await keptBytes(registry)).blobs).toBe(1);
});

test("a purge frees what no experiment has too, and says so before", async () => {
  const id = await anInheritor();
  const fileId = await aStoredFile(registry, base, Buffer.from("alone"), { name: "alone" });
  const query = 'query ($id: ID!) { modelVersion(by: { id: $id }) { file(name: "weights") { id } } }';
  const { modelVersion } = await registry.ask(query, { id: base });
  for (const [file, freed] of [
    [fileId, 5],
    [modelVersion.file.id, 0],
  ]) {
    const { deleteModelFile } = await registry.ask(deleteFile, { id: file });
    expect(deleteModelFile.contents.freedBytes).toBe(freed);
    await registry.ask(purgeFile, { id: file });
  }
  await sweepAll();
  const [left] = await artifactsOf(registry.ask, id, "id");
  expect(await download(left.id)).toEqual(weights);
});

test("damage shows on the artifacts too, and what is whole again is shared again, also when the experiment is over", async () => {
  const id = await anInheritor();
  const bytes = someBytes(1_000);
  const { artifact } = await createArtifact(registry, id, new Uint8Array(bytes), { name: "mine" });
  const path = await diskPathOf(registry, artifact.id);
  await setStatus(registry.ask, id, "CANCELED");
  const state = async () => {
    const query = `query ($id: ID!) { node(id: $id) { ... on Artifact { status experiment { updatedAt } } } }`;
    return (await registry.ask(query, { id: artifact.id })).node;
  };
  const verify = async () => {
    const query = "mutation ($id: ID!) { verifyArtifact(id: $id) { artifact { id } userErrors { code } } }";
    const { verifyArtifact } = await registry.ask(query, { id: artifact.id });
    expect(verifyArtifact).toEqual({ artifact: { id: artifact.id }, userErrors: [] });
    await readBytes(registry);
  };

  const before = await state();
  writeFileSync(path, "!");
  await verify();
  const damaged = await state();
  expect(damaged.status).toBe("CORRUPT");
  expect(Date.parse(damaged.experiment.updatedAt)).toBeGreaterThan(Date.parse(before.experiment.updatedAt));

  await upload(registry, base, new Uint8Array(bytes), { name: "the same" });
  writeFileSync(path, bytes);
  await verify();
  expect((await state()).status).toBe("READY");
  expect(await download(artifact.id)).toEqual(bytes);
  await sweepAll();
});

test.each<[string, object, object]>([
  ["an empty file", { bytes: "" }, { code: "INVALID", field: ["input", "file"] }],
  ["another digest", { sha256: "0".repeat(64) }, { code: "INVALID", field: ["input", "sha256"] }],
  ["a blank name", { name: " " }, { code: "INVALID", field: ["input", "name"] }],
  ["a filename that runs backwards", { filename: "\u202ex" }, { code: "INVALID", field: ["input", "file"] }],
])(
  "%s is refused as an artifact, and nothing is kept",
  async (_what, { bytes = "a", ...input }: { bytes?: string }, userError) => {
    const id = await anExperiment(registry);
    const { artifact, userErrors } = await createArtifact(registry, id, bytes, input);
    expect([artifact, userErrors]).toEqual([null, [expect.objectContaining(userError)]]);
    expect(await keptBytes(registry)).toEqual({ blobs: 0, files: [] });
  },
);

test("an artifact of a foreign experiment is refused", async () => {
  const id = await anExperiment(await aRegistry());
  const { userErrors } = await createArtifact(registry, id, "a");
  expect(userErrors).toMatchObject([{ code: "NOT_FOUND", field: ["experimentId"] }]);
});

test("artifacts of many experiments are read by as many statements as those of one", async () => {
  const query = `{ experiments(first: 50) { nodes {
    artifacts(first: 5) { totalCount nodes { name size status inherited createdBy { name } storageConnector { name } } }
    artifact(name: "weights") { name } pendingUploads { id }
  } } }`;
  await createArtifact(registry, await anInheritor(), "0", { name: "more" });
  const count = async () => (await statementsOf(() => registry.ask(query))).length;
  const few = await count();
  for (let more = 0; more < 3; more += 1) {
    const id = await anExperiment(registry, { base });
    await createArtifact(registry, id, `${more + 1}`, { name: "more" });
  }
  expect([few, await count()]).toEqual(readAhead ? [3, 3] : [9, 9]);
});
