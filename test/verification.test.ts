import { createHash } from "node:crypto";
import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { beforeAll, expect, test } from "@jest/globals";
import { claimBlob } from "../src/blob/claim-blob.ts";
import { judgeBlob } from "../src/blob/judge-blob.ts";
import { startVerifier, verifyBlobs } from "../src/blob/verifier.ts";
import { createDataSource } from "../src/data-source.ts";
import { StorageError } from "../src/storage-connector/storage.ts";
import type { Storages } from "../src/storage-connector/storages.ts";
import { databaseUrl } from "./support/database.ts";
import { until } from "./support/embedded-cluster.ts";
import { aStoredFile } from "./support/files.ts";
import { waiters } from "./support/locks.ts";
import { upload } from "./support/multipart.ts";
import { anUpload, complete, readBytes, sendParts, someBytes, uploadInParts } from "./support/parts.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aVersion, uuid } from "./support/seed.ts";
import { filesDir, storages } from "./support/test-server.ts";

let registry: Registry;
let version: string;

beforeAll(async () => {
  registry = await aRegistry();
  await readBytes(registry); // what other test files have left
});

async function newVersion(): Promise<void> {
  version = await aVersion(registry, await aModel(registry));
}

const file = async (id: string) => {
  const query = `query ($id: ID!) { node(id: $id) { ... on ModelFile { status sha256 } } }`;
  return (await registry.ask(query, { id })).node;
};

const shown = async () => {
  const query = `query ($id: ID!) {
    modelVersion(by: { id: $id }) { updatedAt revisions { files } deployable { ready } }
  }`;
  const { updatedAt, revisions, deployable } = (await registry.ask(query, { id: version })).modelVersion;
  return { updatedAt: Date.parse(updatedAt), files: revisions.files, deployable: deployable.ready };
};

const ask = async (id: string) => {
  const query =
    "mutation ($id: ID!) { verifyModelFile(id: $id) { modelFile { status } userErrors { code field } } }";
  return (await registry.ask(query, { id })).verifyModelFile;
};

const blobOf = async (fileId: string) => {
  const [blob] = await registry.db.query(
    `select b.id, b.state, b.check_at as "checkAt", b.checked_at as "checkedAt",
       b.storage_connector_id as "connectorId" from blob b
     join model_file f on f.blob_id = b.id where f.id = $1`,
    [uuid(fileId)],
  );
  return blob;
};

/** Where the bytes of a blob are on the disk. */
function pathOf(blobId: string): string {
  const root = join(filesDir, registry.organizationId, "blobs");
  const found = readdirSync(root, { recursive: true, encoding: "utf8" }).find((path) =>
    path.endsWith(blobId),
  );
  return join(root, String(found));
}

/** Files on the disk that hold bytes of a blob. */
function filesOf(blobId: string): string[] {
  const path = pathOf(blobId);
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name.startsWith("part-"))
    .map((name) => join(path, name));
}

test("a file counts when it has been read, and the version says so", async () => {
  await newVersion();
  const { modelFile } = await uploadInParts(registry.ask, version, someBytes(1_000));
  const before = await shown();
  expect(before.deployable).toBe(false);
  await readBytes(registry);
  const after = await shown();
  expect(after).toMatchObject({ files: before.files + 1, deployable: true });
  expect(after.updatedAt).toBeGreaterThan(before.updatedAt);
  expect(await file(modelFile.id)).toMatchObject({ status: "READY" });
});

test("a digest that is not the announced one makes the file CORRUPT, and it does not count", async () => {
  await newVersion();
  const [bytes, sha256] = [someBytes(1_000), "ab".repeat(32)];
  const { modelFile } = await uploadInParts(registry.ask, version, bytes, { sha256 });
  await readBytes(registry);
  expect(await file(modelFile.id)).toEqual({ status: "CORRUPT", sha256 });
  expect((await shown()).deployable).toBe(false);
  const right = { sha256: createHash("sha256").update(bytes).digest("hex"), name: "right" };
  const second = await uploadInParts(registry.ask, version, bytes, right);
  await readBytes(registry);
  expect(await file(second.modelFile.id)).toEqual({ status: "READY", sha256: right.sha256 });
});

test("bytes that are there already are not kept twice, however many uploads of them are read at once", async () => {
  await newVersion();
  const bytes = someBytes(100_000);
  const stored = await aStoredFile(registry, version, bytes);
  const names = ["a", "b", "c", "d", "e"];
  const uploads = await Promise.all(
    names.map((name) => uploadInParts(registry.ask, version, bytes, { name })),
  );
  await Promise.all([1, 2, 3].map(() => readBytes(registry)));
  const ids = [stored, ...uploads.map(({ modelFile }) => modelFile.id)];
  const blobs = await Promise.all(ids.map(blobOf));
  expect(new Set(blobs.map(({ id }) => id)).size).toBe(1);
  const [{ count }] = await registry.db.query(
    "select count(*)::int as count from blob b where organization_id = $1 and state = 'VERIFYING' and not is_blob_used(id)",
    [registry.organizationId],
  );
  expect(count).toBe(names.length); // which the sweep removes
});

test("what somebody asks for is read again, and stays READY", async () => {
  await newVersion();
  const id = await aStoredFile(registry, version, someBytes(1_000));
  const [{ checkedAt }, before] = [await blobOf(id), await shown()];
  expect(await ask(id)).toEqual({ modelFile: { status: "READY" }, userErrors: [] });
  await readBytes(registry);
  expect((await blobOf(id)).checkedAt.getTime()).toBeGreaterThan(checkedAt.getTime());
  expect([(await blobOf(id)).checkAt, await shown()]).toEqual([null, before]);
});

const damages: [string, (path: string) => void][] = [
  ["were changed", (path) => writeFileSync(path, someBytes(1_000))],
  ["are fewer", (path) => truncateSync(path, 999)],
  ["are none", (path) => truncateSync(path, 0)],
  ["are gone", (path) => rmSync(path)],
];

test.each(damages)(
  "files whose bytes %s are CORRUPT, in every version that shares them",
  async (_what, damage) => {
    await newVersion();
    const [bytes, other] = [someBytes(1_000), version];
    const ids = [await aStoredFile(registry, version, bytes)];
    await newVersion();
    ids.push(await aStoredFile(registry, version, bytes));
    const [before, digest] = [await shown(), (await file(String(ids[0]))).sha256];
    for (const path of filesOf((await blobOf(String(ids[0]))).id)) damage(path);

    await ask(String(ids[1]));
    await readBytes(registry);
    for (const id of ids) expect(await file(id)).toEqual({ status: "CORRUPT", sha256: digest });
    for (version of [version, other])
      expect(await shown()).toMatchObject({ files: before.files + 1, deployable: false });
  },
);

test("a file that was damaged and is whole again is READY again", async () => {
  await newVersion();
  const bytes = someBytes(1_000);
  const id = await aStoredFile(registry, version, bytes);
  const [path = ""] = filesOf((await blobOf(id)).id);
  for (const [content, status] of [
    [someBytes(1_000), "CORRUPT"],
    [bytes, "READY"],
  ] as const) {
    writeFileSync(path, content);
    await ask(id);
    await readBytes(registry);
    expect(await file(id)).toMatchObject({ status });
  }
  expect((await shown()).deployable).toBe(true);
});

test("a damaged file whose bytes came again shares those when it is whole again", async () => {
  await newVersion();
  const bytes = someBytes(1_000);
  const first = await aStoredFile(registry, version, bytes);
  const [path = ""] = filesOf((await blobOf(first)).id);
  writeFileSync(path, someBytes(1_000));
  await ask(first);
  await readBytes(registry);
  const second = await aStoredFile(registry, version, bytes);
  writeFileSync(path, bytes);
  await ask(first);
  await readBytes(registry);
  expect(await file(first)).toEqual(await file(second));
  expect((await blobOf(first)).id).toBe((await blobOf(second)).id);
});

test("a file is not read twice because two people ask", async () => {
  await newVersion();
  const id = await aStoredFile(registry, version, someBytes(1_000));
  await ask(id);
  const { checkAt } = await blobOf(id);
  await ask(id);
  expect((await blobOf(id)).checkAt).toEqual(checkAt);
  await readBytes(registry);
});

test("a file that is not there, or is foreign, cannot be verified", async () => {
  await newVersion();
  const stranger = await aRegistry();
  const foreign = await aStoredFile(
    stranger,
    await aVersion(stranger, await aModel(stranger)),
    someBytes(10),
  );
  expect(await ask(foreign)).toEqual({
    modelFile: null,
    userErrors: [{ code: "NOT_FOUND", field: ["id"] }],
  });
});

test("of two verifiers one gets a blob; a lease that is over goes to another, and the first one's word does not count", async () => {
  await newVersion();
  const { modelFile } = await uploadInParts(registry.ask, version, someBytes(1_000));
  const [mine, others] = [await claimBlob(registry.db), await claimBlob(registry.db)];
  expect([mine?.id, others]).toEqual([(await blobOf(modelFile.id)).id, null]);
  if (mine === null) throw new Error("There was nothing to claim.");
  await endLease(mine.id);
  const theirs = await claimBlob(registry.db);
  expect(theirs?.id).toBe(mine.id);
  await judgeBlob(registry.db, mine, null);
  expect(await file(modelFile.id)).toMatchObject({ status: "VERIFYING" });
  await endLease(mine.id);
  await readBytes(registry);
  expect(await file(modelFile.id)).toMatchObject({ status: "READY" });
});

test("a version that is locked for long does not cost a reading", async () => {
  await newVersion();
  const { modelFile } = await uploadInParts(registry.ask, version, someBytes(1_000));
  const onError = (error: unknown) => {
    throw error;
  };
  let verifying = Promise.resolve();
  await registry.db.transaction(async (tx) => {
    await tx.query("select from model_version where id = $1 for update", [uuid(version)]);
    verifying = verifyBlobs(registry.db, storages, { onError, heartbeat: 20 });
    await until(async () => (await waiters(registry.db, "model_version")) === 1);
    await tx.query("select pg_sleep(0.2)"); // ten heartbeats
  });
  await verifying;
  expect(await file(modelFile.id)).toMatchObject({ status: "READY" });
});

test("a storage that gives a byte now and then is given up, and its stream is closed", async () => {
  await newVersion();
  const { modelFile } = await uploadInParts(registry.ask, version, someBytes(1_000));
  const slow = new Readable({
    read() {
      setTimeout(() => this.push("x"), 10);
    },
  });
  const storage = await storages.of(registry.db, (await blobOf(modelFile.id)).connectorId);
  const trickling = Object.assign(Object.create(storages) as Storages, {
    of: async () => Object.assign(Object.create(storage), { completeParts() {}, read: () => slow }),
  });
  const errors: unknown[] = [];
  const options = { onError: (error: unknown) => errors.push(error), pace: { bytes: 1_000, within: 100 } };
  await verifyBlobs(registry.db, trickling, options);
  expect(errors).toMatchObject([{ extensions: { code: "REQUEST_TIMEOUT" } }]);
  expect(slow.destroyed).toBe(true);
  await endLease((await blobOf(modelFile.id)).id);
  await readBytes(registry);
  expect(await file(modelFile.id)).toMatchObject({ status: "READY" });
});

test("a storage that is away changes nothing; the bytes are read when it is back", async () => {
  await newVersion();
  const { modelFile } = await uploadInParts(registry.ask, version, someBytes(1_000));
  const errors: unknown[] = [];
  const away = Object.assign(Object.create(storages) as Storages, {
    async of() {
      throw new StorageError("UNAVAILABLE", "The disk answers EIO.");
    },
  });
  await verifyBlobs(registry.db, away, { onError: (...error) => errors.push(error) });
  const { id, state, checkAt } = await blobOf(modelFile.id);
  expect(errors).toEqual([[expect.any(StorageError), id]]);
  expect([state, checkAt.getTime() > Date.now()]).toEqual(["VERIFYING", true]);
  await endLease(id);
  await readBytes(registry);
  expect(await file(modelFile.id)).toMatchObject({ status: "READY" });
});

test("the bytes that the client has named are joined, whatever arrived after", async () => {
  await newVersion();
  const [bytes, late] = [someBytes(1_000), someBytes(1_000)];
  const begun = await anUpload(registry.ask, version, bytes);
  const parts = await sendParts(registry.ask, begun, bytes, [1]);
  const { modelFile } = await complete(registry.ask, begun.id, parts);
  const { id } = await blobOf(modelFile.id);
  const [{ connector }] = await registry.db.query(
    "select storage_connector_id as connector from blob where id = $1",
    [id],
  );
  const storage = await storages.of(registry.db, connector);
  await storage.writePart(
    id,
    id,
    1,
    (async function* () {
      yield late;
    })(),
    late.length,
  ); // it was on its way
  await readBytes(registry);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  expect(await file(modelFile.id)).toEqual({ status: "READY", sha256 });
});

test("a part that is lost before it was joined makes the file CORRUPT", async () => {
  await newVersion();
  const { modelFile } = await uploadInParts(registry.ask, version, someBytes(1_000));
  const staged = join(filesDir, registry.organizationId, "staging", (await blobOf(modelFile.id)).id);
  for (const name of readdirSync(staged)) rmSync(join(staged, name));
  await readBytes(registry);
  expect(await file(modelFile.id)).toMatchObject({ status: "CORRUPT" });
});

test("a server reads by itself what comes in, and gives back what it has not read when it ends", async () => {
  await newVersion();
  const verifier = startVerifier(
    registry.db,
    storages,
    (error) => {
      throw error;
    },
    3_600_000,
  );
  const { modelFile } = await uploadInParts(registry.ask, version, someBytes(1_000));
  verifier.soon();
  await until(async () => (await file(modelFile.id)).status === "READY");
  await verifier.end();

  const second = await uploadInParts(registry.ask, version, someBytes(2_000_000), { name: "second" });
  const ending = startVerifier(
    registry.db,
    storages,
    (error) => {
      throw error;
    },
    3_600_000,
  );
  await ending.end();
  const { state, checkAt } = await blobOf(second.modelFile.id);
  if (state === "VERIFYING") expect(checkAt.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
  await readBytes(registry);
  expect(await file(second.modelFile.id)).toMatchObject({ status: "READY" });
});

test("versions that share bytes are changed by people while the bytes are judged, and nobody waits for ever", async () => {
  await newVersion();
  const bytes = someBytes(1_000);
  const versions = [version];
  for (let count = 0; count < 3; count++) versions.push(await aVersion(registry, await aModel(registry)));
  const ids: string[] = [];
  for (const each of versions) ids.push(await aStoredFile(registry, each, bytes));
  const [path = ""] = filesOf((await blobOf(String(ids[0]))).id);
  const errors: unknown[] = [];
  const edit =
    "mutation ($id: ID!, $name: String!) { updateModelVersion(id: $id, input: { name: $name }) { userErrors { code } } }";
  // By nested loops, in which a row can get lost that somebody changes meanwhile.
  const url = new URL(await databaseUrl());
  url.searchParams.set("options", "-c enable_hashjoin=off -c enable_mergejoin=off");
  const db = await createDataSource(url.href).initialize();
  let done = false;
  const editing = versions.map(async (id, index) => {
    for (let count = 0; !done; count++) {
      const { body } = await registry.send(edit, { id, name: `${index}-${count}` });
      errors.push(...(body.errors ?? []));
    }
  });
  const adding = async () => {
    for (let count = 0; !done; count++)
      await upload(registry, version, new Uint8Array(bytes), { name: `more ${count}` });
  };
  const added = adding().catch((error) => errors.push(error));
  for (let round = 0; round < 20; round++) {
    writeFileSync(path, round % 2 === 0 ? someBytes(1_000) : bytes);
    await ask(String(ids[0]));
    await verifyBlobs(db, storages, { onError: (error) => errors.push(error) });
  }
  done = true;
  await Promise.all([...editing, added]);
  await db.destroy();
  expect(errors).toEqual([]);
});

/** As if two minutes had passed. Not just now: the column rounds up, to a moment that is still to come. */
async function endLease(blobId: string): Promise<void> {
  await registry.db.query("update blob set check_at = clock_timestamp() - interval '1 s' where id = $1", [
    blobId,
  ]);
}
