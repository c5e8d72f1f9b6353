import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";
import { createDataSource } from "../src/data-source.ts";
import { Storages } from "../src/storage-connector/storages.ts";
import { sweep } from "../src/sweep/sweep.ts";
import { databaseUrl } from "./support/database.ts";
import { keysOfRows, keysOnDisk } from "./support/disk.ts";
import { aStoredFile } from "./support/files.ts";
import type { Registry } from "./support/registry.ts";
import { aModel, aVersion } from "./support/seed.ts";
import { type Data, type Send, sender } from "./support/send.ts";
import { aDataDir, startServer, tokenOf } from "./support/server-process.ts";
import {
  copyFile,
  deleteFile,
  deleteVersion,
  purgeFile,
  restoreFile,
  restoreVersion,
} from "./support/settings.ts";
import { filesDir } from "./support/test-server.ts";

const count = Number(process.env.FILE_RACES ?? 1_000);
const clients = 24;

const any = <T>(list: readonly T[]) => list[Math.floor(Math.random() * list.length)] as T;
const contents = Array.from({ length: 60 }, (_, index) => Buffer.alloc(1_000 + index, index));
const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const storages = new Storages(filesDir);

type World = Pick<Registry, "db" | "organizationId" | "userId" | "ask">;

/** An organization on two servers, which answer in turn; everything that is not a refusal fails the test. */
async function twoServers() {
  const url = await databaseUrl(`file_races_${process.env.TEST_RUN}`);
  const env = { DATABASE_URL: url, DATA_DIR: aDataDir(), FILES_DIR: filesDir };
  const servers = [await startServer(env), await startServer(env)];
  const sends: Send[] = servers.map((server) => sender(server.url, tokenOf(env.DATA_DIR)));
  let turn = 0;
  const ask = async (query: string, variables?: object): Promise<Data> => {
    turn += 1;
    const { body } = await (sends[turn % 2] as Send)(query, variables);
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    return body.data;
  };
  const db = await createDataSource(url).initialize();
  const [{ organizationId, userId }] = await db.query(
    `select organization_id as "organizationId", user_id as "userId" from member`,
  );
  const end = async () => {
    await db.destroy();
    for (const server of servers) await server.end();
  };
  return { world: { db, organizationId, userId, ask }, end };
}

/** Sweeps again and again until it is told to stop. Gives how much it has removed. */
async function sweepUntil(db: DataSource, signal: AbortSignal): Promise<number> {
  let removed = 0;
  const onError = (error: unknown) => {
    throw error;
  };
  while (!signal.aborted) removed += (await sweep(db, storages, { onError })).blobs;
  return removed;
}

/** Does everything that can be done to files, many things at a time; gives the digest that each file has to have. */
async function race(world: World, versions: string[], outcomes: Map<string, number>) {
  const digests = new Map<string, string>();
  const recent = () => any([...digests.keys()].slice(-12)); // so that many are after the same few
  const store = async () => {
    const bytes = any(contents);
    digests.set(await aStoredFile(world, versions[0] as string, bytes), digest(bytes));
  };
  const copy = async () => {
    const id = recent();
    const input = { name: `n${Math.floor(Math.random() * 6)}`, replace: Math.random() < 0.5 };
    const { copyModelFile } = await world.ask(copyFile, { id, modelVersionId: any(versions), input });
    const { modelFile } = copyModelFile;
    if (modelFile) digests.set(modelFile.id, digests.get(id) as string);
    return copyModelFile;
  };
  const act = (operation: string) => async (): Promise<Data> =>
    Object.values(await world.ask(operation, { id: recent() }))[0];
  const discard = async () => {
    const id = recent();
    await world.ask(deleteFile, { id });
    return (await world.ask(purgeFile, { id })).purgeModelFile;
  };
  const actOnVersion = (operation: string) => async (): Promise<Data> =>
    Object.values(await world.ask(operation, { id: versions.at(-1) }))[0];
  const actions: [string, () => Promise<Data>][] = [
    ...Array(3).fill(["copy", copy]),
    ...Array(7).fill(["discard", discard]),
    ...Array(3).fill(["store", store]),
    ...Array(3).fill(["restore", act(restoreFile)]),
    ["delete", act(deleteFile)],
    ["purge", act(purgeFile)],
    ["delete version", actOnVersion(deleteVersion)],
    ["restore version", actOnVersion(restoreVersion)],
  ];
  let next = 0;
  const client = async () => {
    while (next < count) {
      next += 1;
      const [name, action] = any(actions);
      const [error] = (await action())?.userErrors ?? [];
      const outcome = `${name} ${error?.code ?? "done"}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  };
  await store();
  await Promise.all(Array.from({ length: clients }, client));
  return digests;
}

test(`${count} races of files on shared bytes, two servers and two sweeps: no bytes are lost, and none are left`, async () => {
  const { world, end } = await twoServers();
  const { db, organizationId } = world;
  const modelId = await aModel(world);
  const versions: string[] = [];
  for (let index = 0; index < 4; index += 1) versions.push(await aVersion(world, modelId));

  const stopping = new AbortController();
  const sweeping = [sweepUntil(db, stopping.signal), sweepUntil(db, stopping.signal)];
  const outcomes = new Map<string, number>();
  const digests = await race(world, versions, outcomes).finally(() => stopping.abort());
  const removed = (await Promise.all(sweeping)).reduce((sum, each) => sum + each);

  const told: unknown[] = [];
  const dayAhead = new Date(Date.now() + 86_400_000);
  await sweep(db, storages, { now: dayAhead, onError: (error) => void told.push(error) });
  expect(told).toEqual([]);
  const files: { id: string; blobId: string; state: string; sha256: Buffer }[] = await db.query(
    `select 'ModelFile_' || replace(f.id::text, '-', '') as id, b.id as "blobId", b.state, b.sha256
     from model_file f join blob b on b.id = f.blob_id`,
  );
  expect(files.length).toBeGreaterThan(0);
  for (const { id, blobId, state, sha256 } of files) {
    const bytes = readFileSync(join(filesDir, organizationId, "blobs", blobId));
    const stored = sha256.toString("hex");
    // A copy whose version was deleted before the copy could be shown has told nobody its id.
    expect([state, digest(bytes), stored]).toEqual(["READY", stored, digests.get(id) ?? stored]);
  }
  const used = [...new Set(files.map(({ blobId }) => blobId))].sort();
  expect(await keysOfRows(db, organizationId)).toEqual(used);
  expect(keysOnDisk(filesDir, organizationId)).toEqual(used);

  const happened = (outcome: string) => outcomes.get(outcome) ?? 0;
  for (const done of ["copy done", "discard done", "store done", "restore done", "delete done"])
    expect([done, happened(done) > count / 100]).toEqual([done, true]);
  expect([...outcomes.keys()].filter((each) => !/ (done|NOT_FOUND|TAKEN|CONFLICT)$/.test(each))).toEqual([]);
  expect(removed).toBeGreaterThan(0); // how many depends on how often the machine lets the sweeps in
  await end();
}, 600_000);
