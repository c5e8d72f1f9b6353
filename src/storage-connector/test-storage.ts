import { randomBytes, randomUUID } from "node:crypto";
import { limits } from "../limits.ts";
import { type Storage, StorageError } from "./storage.ts";
import { type StorageTest, type StorageTestResult, StorageTestStep } from "./storage-test.ts";

/** What the keys of a test begin with. No row speaks of them, so that a connector that fails can still be deleted. */
const probePrefix = "probe-";

interface Probe {
  storage: Storage;
  bytes: Buffer;
  whole: string;
  joined: string;
}

const attempts: [StorageTestStep, (probe: Probe) => Promise<void>][] = [
  [StorageTestStep.WRITE, ({ storage, whole, bytes }) => storage.write(whole, once(bytes), bytes.length)],
  [StorageTestStep.READ, ({ storage, whole, bytes }) => compare(storage, whole, bytes)],
  [StorageTestStep.PARTS, tryParts],
  [StorageTestStep.REMOVE, tryRemoving],
];

/** Tries all that the registry does with a storage; what goes wrong is told as data. */
export async function testStorage(open: () => Storage): Promise<StorageTest> {
  const steps: StorageTestResult[] = [];
  const [whole, joined] = [probePrefix + randomUUID(), probePrefix + randomUUID()];
  for (const [step, attempt] of attempts) {
    const began = performance.now();
    const problem = await problemOf(() => attempt({ storage: open(), whole, joined, bytes: bytesOfProbe }));
    steps.push({ step, milliseconds: Math.round(performance.now() - began), problem });
    if (problem !== null) break;
  }
  const ok = steps.every(({ problem }) => problem === null);
  // Whatever of it does not work has been told, or will be found by the next test.
  await problemOf(() => tidyUp(open(), ok ? [] : [whole, joined]));
  return { ok, steps };
}

const bytesOfProbe = randomBytes(1_024);

async function tryParts({ storage, joined, bytes }: Probe): Promise<void> {
  const id = await storage.beginParts(joined);
  await storage.writePart(joined, id, 1, once(bytes), bytes.length);
  const parts = await storage.listParts(joined, id);
  expectSame(parts.map(({ size }) => size).join() === String(bytes.length));
  await storage.completeParts(joined, id, parts);
  await compare(storage, joined, bytes);
}

async function tryRemoving({ storage, whole, joined }: Probe): Promise<void> {
  for (const key of [whole, joined]) {
    await storage.remove(key);
    expectSame((await storage.size(key)) === null);
  }
}

async function compare(storage: Storage, key: string, bytes: Buffer): Promise<void> {
  expectSame((await storage.size(key)) === bytes.length);
  for (const [start, end] of [
    [0, bytes.length - 1],
    [100, 199],
  ] as const) {
    const read = Buffer.concat(await (await storage.read(key, { start, end })).toArray());
    expectSame(read.equals(bytes.subarray(start, end + 1)));
  }
}

function expectSame(same: boolean): void {
  if (!same)
    throw new StorageError("REFUSED", "The storage answers with something else than what it was given.");
}

/** Also of tests that a crash has ended. */
async function tidyUp(storage: Storage, keys: string[]): Promise<void> {
  const long = new Date(Date.now() - limits.probeHours * 3_600_000);
  const old = await storage.keysBefore(probePrefix, long).catch(() => []); // it may be allowed everything but to list
  for (const key of [...keys, ...old]) await storage.remove(key);
}

/** What a person is told of what a storage does not do, or not in time; null when all is well. */
async function problemOf(run: () => Promise<void>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    const message = `It took longer than ${limits.storageTest / 1_000} s and was given up.`;
    timer = setTimeout(() => resolve(message), limits.storageTest);
  });
  const done = (async () => {
    try {
      await run();
      return null;
    } catch (error) {
      if (error instanceof StorageError) return error.message;
      throw error;
    }
  })();
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
