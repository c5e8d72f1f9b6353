import { Readable } from "node:stream";
import { expect, test } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";
import { Blob } from "../src/blob/blob.ts";
import { PendingUpload } from "../src/pending-upload/pending-upload.ts";
import { defaultConnector } from "../src/storage-connector/storages.ts";
import { foresee } from "../src/sweep/foresee.ts";
import { sweep } from "../src/sweep/sweep.ts";
import { beginArtifact, createArtifact } from "./support/artifacts.ts";
import { keysOfRows, keysOnDisk } from "./support/disk.ts";
import { aStoredFile } from "./support/files.ts";
import { aStorageConnector } from "./support/people.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { S3StandIn } from "./support/s3-stand-in.ts";
import { aModel, anExperiment, aVersion, uuid } from "./support/seed.ts";
import { copyFile, deleteFile, deleteModel, deleteVersion, purgeFile } from "./support/settings.ts";
import { filesDir, storages } from "./support/test-server.ts";

/** Sweeps as it would be so many hours ahead; gives what was done, and what was told. */
async function sweepIn({ db }: Registry, hours: number, signal?: AbortSignal) {
  const told: { id: string; error: unknown }[] = [];
  const now = new Date(Date.now() + hours * 3_600_000);
  const onError = (error: unknown, id: string) => void told.push({ id, error });
  const swept = await sweep(db, storages, { now, onError, ...(signal && { signal }) });
  return { swept, told };
}

async function aVersionForFiles() {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  await sweepIn(registry, 24 * 365); // what earlier tests have left is not counted
  return { registry, modelId, versionId: await aVersion(registry, modelId) };
}

const onDisk = ({ organizationId }: Registry) => keysOnDisk(filesDir, organizationId);
const inRows = ({ db, organizationId }: Registry) => keysOfRows(db, organizationId);

/** Bytes on their way, of a state that an upload or a crash can leave. */
async function aBlob(registry: Registry, blob: Partial<Blob> = {}): Promise<string> {
  const { db, organizationId } = registry;
  const connector = await defaultConnector(db, organizationId);
  const id = uuidv7();
  const row = { id, organizationId, storageConnectorId: connector.id, state: "STAGED", size: 100 } as const;
  await db.manager.insert(Blob, { ...row, ...blob });
  await storages.open(connector).write(id, Readable.from([Buffer.alloc(100)]));
  return id;
}

async function anUpload(
  registry: Registry,
  versionId: string,
  blobId: string,
  days: number,
): Promise<string> {
  const { db, organizationId, userId: createdById } = registry;
  const [id, expiresAt] = [uuidv7(), new Date(Date.now() + days * 86_400_000)];
  const parts = { size: 100, partSize: 100, partCount: 1, replace: false };
  const file = { name: "weights", filename: "best.pt", modelVersionId: uuid(versionId) };
  const row = { id, organizationId, createdById, expiresAt, blobId, ...parts, ...file };
  await db.manager.insert(PendingUpload, row);
  return id;
}

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000);

test("the bytes of a purged file are removed, and those that another file has too are not", async () => {
  const { registry, versionId } = await aVersionForFiles();
  const id = await aStoredFile(registry, versionId, Buffer.from("shared"));
  const copied = await registry.ask(copyFile, { id, modelVersionId: versionId, input: { name: "copy" } });
  const keys = onDisk(registry);
  expect(keys).toHaveLength(1);
  for (const operation of [deleteFile, purgeFile]) await registry.ask(operation, { id });
  expect((await sweepIn(registry, 0)).swept).toEqual({
    ...{ entries: 0, uploads: 0, blobs: 0, bytes: 0, whole: true },
  });
  expect(onDisk(registry)).toEqual(keys);

  const { id: copy } = copied.copyModelFile.modelFile;
  await registry.ask(deleteFile, { id: copy });
  await sweepIn(registry, 24);
  expect(onDisk(registry)).toEqual(keys); // it can be restored
  await registry.ask(purgeFile, { id: copy });
  const { swept } = await sweepIn(registry, 0);
  expect(swept).toMatchObject({ blobs: 1, bytes: 6 });
  expect([onDisk(registry), await inRows(registry)]).toEqual([[], []]);
});

test("what is over its time is purged, and its bytes are gone, in one sweep", async () => {
  const { registry, modelId, versionId } = await aVersionForFiles();
  await aStoredFile(registry, versionId, Buffer.from("one"));
  await registry.ask(deleteModel, { id: modelId, cascade: true });
  const { swept } = await sweepIn(registry, 31 * 24);
  expect(swept).toEqual({ entries: 1, uploads: 0, blobs: 1, bytes: 3, whole: true });
  expect([onDisk(registry), await inRows(registry)]).toEqual([[], []]);
});

test("an upload that has died is discarded after an hour, and one that lives is not", async () => {
  const { registry } = await aVersionForFiles();
  await aBlob(registry);
  const alive = await aBlob(registry, { touchedAt: inHours(1) });
  await sweepIn(registry, 0.9);
  expect(onDisk(registry)).toHaveLength(2);
  await sweepIn(registry, 1.1);
  expect([onDisk(registry), await inRows(registry)]).toEqual([[alive], [alive]]);
});

test("an upload in parts is kept until it expires", async () => {
  const { registry, versionId } = await aVersionForFiles();
  const blob = await aBlob(registry);
  await anUpload(registry, versionId, blob, 7);
  await sweepIn(registry, 6.9 * 24);
  expect(onDisk(registry)).toEqual([blob]);
  expect((await sweepIn(registry, 7.1 * 24)).swept).toMatchObject({ uploads: 1, blobs: 1, bytes: 100 });
  expect([onDisk(registry), await inRows(registry)]).toEqual([[], []]);
});

test("an upload in parts goes with its version", async () => {
  const { registry, versionId } = await aVersionForFiles();
  await anUpload(registry, versionId, await aBlob(registry), 90);
  await registry.ask(deleteVersion, { id: versionId });
  await sweepIn(registry, 31 * 24);
  expect([onDisk(registry), await inRows(registry)]).toEqual([[], []]);
});

test.each(["VERIFYING", "CORRUPT"] as const)("released bytes that are %s are removed", async (state) => {
  const { registry } = await aVersionForFiles();
  const id = await aBlob(registry, { state });
  await registry.db.query("insert into blob_release (blob_id) values ($1)", [id]);
  await sweepIn(registry, 0);
  expect([onDisk(registry), await inRows(registry)]).toEqual([[], []]);
});

test("bytes that are being read stay until they have been", async () => {
  const { registry } = await aVersionForFiles();
  const id = await aBlob(registry, { state: "VERIFYING", checkAt: inHours(1) });
  await registry.db.query("insert into blob_release (blob_id) values ($1)", [id]);
  await sweepIn(registry, 0.9);
  expect(onDisk(registry)).toEqual([id]);
  await sweepIn(registry, 1.1);
  expect([onDisk(registry), await inRows(registry)]).toEqual([[], []]);
});

test("bytes that cannot be removed stay doomed, keep no others, and go with the next sweep", async () => {
  const { registry } = await aVersionForFiles();
  const local = await aBlob(registry);
  const store = new S3StandIn();
  const connector = await aStorageConnector(registry, await store.open());
  await registry.ask("mutation ($id: ID!) { setDefaultStorageConnector(id: $id) { userErrors { code } } }", {
    id: connector,
  });
  const id = await aBlob(registry);
  store.break("DeleteObject", ...Array(10).fill(403));
  const { swept, told } = await sweepIn(registry, 24);
  expect(told.map((each) => each.id)).toEqual([id]);
  expect([swept.blobs, await inRows(registry), store.objects.size]).toEqual([1, [id], 1]);
  expect(onDisk(registry)).not.toContain(local);
  await expect(registry.db.query("update blob set state = 'STAGED' where id = $1", [id])).rejects.toThrow(
    "blob is frozen",
  );
  store.break("DeleteObject");
  expect((await sweepIn(registry, 0)).swept.blobs).toBe(1);
  expect([store.objects.size, await inRows(registry)]).toEqual([0, []]);
  await store.close();
});

test("a blob that cannot be doomed keeps no others", async () => {
  const { registry } = await aVersionForFiles();
  const poisoned = await aBlob(registry);
  await aBlob(registry);
  await registry.db.query(`
    create function poison() returns trigger language plpgsql as $$ begin raise exception 'poison'; end $$`);
  await registry.db.query(`create trigger poison before update on blob for each row
    when (old.id = '${poisoned}') execute function poison()`);
  try {
    const { told } = await sweepIn(registry, 24);
    expect(told).toMatchObject([{ id: poisoned }]);
  } finally {
    await registry.db.query("drop function poison cascade");
  }
  expect([onDisk(registry), await inRows(registry)]).toEqual([[poisoned], [poisoned]]);
});

test("more than a page is swept, and nothing after it was told to stop", async () => {
  const { registry } = await aVersionForFiles();
  for (let count = 0; count < 40; count += 1) await aBlob(registry);
  expect((await sweepIn(registry, 24, AbortSignal.abort())).swept).toMatchObject({ blobs: 0, whole: false });
  expect((await sweepIn(registry, 24)).swept).toMatchObject({ blobs: 40, bytes: 4_000, whole: true });
  expect([onDisk(registry), await inRows(registry)]).toEqual([[], []]);
});

test("a server that is not elected leaves it to the one that is", async () => {
  const { registry } = await aVersionForFiles();
  const id = await aBlob(registry);
  const elected = registry.db.createQueryRunner();
  await elected.query("select pg_advisory_lock(7305114003)");
  expect((await sweepIn(registry, 24)).swept).toMatchObject({ blobs: 0, whole: false });
  await elected.query("select pg_advisory_unlock_all()");
  await elected.release();
  expect(onDisk(registry)).toEqual([id]);
});

test("what a dry run foresees is what is done", async () => {
  const { registry, modelId, versionId } = await aVersionForFiles();
  const [alone, shared, ...more] = await Promise.all(
    [10, 20, 30, 40].map((size) => aStoredFile(registry, versionId, Buffer.alloc(size, `${size}`))),
  );
  const other = await aVersion(registry, modelId);
  await registry.ask(copyFile, { id: shared, modelVersionId: other, input: {} });
  for (const id of more) await registry.ask(copyFile, { id, modelVersionId: other, input: {} });
  await anUpload(registry, other, await aBlob(registry), 1);
  await aBlob(registry);
  await aBlob(registry, { state: "DOOMED", size: 7 });
  await aBlob(registry, { touchedAt: inHours(24 * 40) });
  await registry.ask(deleteFile, { id: alone });
  await registry.ask(purgeFile, { id: alone });
  await registry.ask(deleteFile, { id: more[0] });
  await registry.ask(deleteVersion, { id: other });
  const experiment = await anExperiment(registry, { base: versionId });
  await createArtifact(registry, experiment, "kept");
  await beginArtifact(registry.ask, experiment, { name: "late", size: 1_000 });
  const moment = inHours(31 * 24);
  const foreseen = await foresee(registry.db, moment);
  // The uploads, the one that has died, the doomed one, the purged file, and the one of which both copies go.
  const bytes = 100 + 1_000 + 100 + 7 + 10 + 30;
  expect(foreseen).toEqual({ entries: 2, uploads: 1, blobs: 6, bytes });
  const { swept, told } = await sweepIn(registry, 31 * 24);
  expect([told, swept]).toEqual([[], { ...foreseen, whole: true }]);
  expect(onDisk(registry)).toEqual(await inRows(registry));
});
