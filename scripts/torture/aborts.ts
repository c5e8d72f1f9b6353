import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { type ClientRequest, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { aModel, aVersion } from "../../test/support/seed.ts";
import { descriptorsOf, inMebibytes, memoryOf } from "./process-state.ts";
import { RegistryProcess } from "./registry-process.ts";
import { filesUnder } from "./store.ts";

/** What the server's memory may grow by: its heap breathes by that much. */
const memory = 64 * 2 ** 20;
const whole = randomBytes(2 ** 20);

/** Uploads that break off, half of them as multipart requests and half as parts. @returns that nothing is left of them */
export async function aborts(count: number): Promise<string> {
  // A heap that has room grows into it; in one that has not, what leaks shows.
  const registry = new RegistryProcess({ NODE_OPTIONS: "--max-old-space-size=64" });
  try {
    await registry.start();
    const versionId = await aVersion(registry, await aModel(registry));
    const partUrl = await aPartUrl(registry, versionId);
    const abortMany = (times: number) =>
      inTurns(times, (number) => (number % 2 === 0 ? abortPart(partUrl) : abortFile(registry, versionId)));

    await abortMany(Math.min(count, 500)); // until everything is loaded, and the heap has its size
    const before = { ...(await state(registry)), files: 0 };
    await abortMany(count);
    const after = await state(registry);
    for (let wait = 0; wait < 60 && !isBack(before, after); wait++) {
      await delay(500);
      Object.assign(after, await state(registry));
    }
    const told = (what: State) =>
      `${what.descriptors} descriptors, ${what.files} files, ${inMebibytes(what.memory)}`;
    if (!isBack(before, after)) throw new Error(`Expected ${told(before)}, got ${told(after)}.`);
    return `${count} aborted uploads: ${told(before)} before, ${told(after)} afterwards`;
  } finally {
    await registry.stop();
  }
}

interface State {
  descriptors: number;
  files: number;
  memory: number;
}

async function state({ server, filesDir }: RegistryProcess): Promise<State> {
  await delay(1_000); // connections close, and what they have left is removed
  const pid = server.process.pid ?? 0;
  const files = (await filesUnder(filesDir)).length;
  return { descriptors: descriptorsOf(pid), files, memory: memoryOf(pid) };
}

function isBack(before: State, after: State): boolean {
  return (
    after.descriptors <= before.descriptors + 2 && after.files === 0 && after.memory <= before.memory + memory
  );
}

/** Sixteen at a time. */
async function inTurns(times: number, run: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < times) await run(next++);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

function abortFile({ url, token }: RegistryProcess, modelVersionId: string): Promise<void> {
  const operations = {
    query: `mutation ($modelVersionId: ID!, $input: CreateModelFileInput!) {
      createModelFile(modelVersionId: $modelVersionId, input: $input) { modelFile { id } } }`,
    variables: { modelVersionId, input: { name: "never there", file: null } },
  };
  const disposition = "--torture\r\ncontent-disposition: form-data;";
  const head =
    `${disposition} name="operations"\r\n\r\n${JSON.stringify(operations)}\r\n` +
    `${disposition} name="map"\r\n\r\n${JSON.stringify({ 0: ["variables.input.file"] })}\r\n` +
    `${disposition} name="0"; filename="big.bin"\r\n\r\n`;
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "multipart/form-data; boundary=torture",
  };
  return breakOff(request(url, { method: "POST", headers }), Buffer.concat([Buffer.from(head), whole]));
}

function abortPart(url: string): Promise<void> {
  return breakOff(request(url, { method: "PUT", headers: { "content-length": whole.length } }), whole);
}

/** Sends a part of the body, at times nothing and at times nearly all, and closes the connection. */
async function breakOff(sending: ClientRequest, body: Buffer): Promise<void> {
  const closed = once(sending, "close");
  sending.on("error", () => {});
  const share = [0, 0.01, 0.5, 0.99][randomInt(4)] ?? 0;
  sending.write(body.subarray(0, Math.max(1, Math.floor(share * body.length))), () => sending.destroy());
  await closed.catch(() => {});
}

async function aPartUrl(registry: RegistryProcess, modelVersionId: string): Promise<string> {
  const { beginModelFileUpload } = await registry.ask(
    `mutation ($modelVersionId: ID!, $input: BeginModelFileUploadInput!) {
      beginModelFileUpload(modelVersionId: $modelVersionId, input: $input) {
        pendingUpload { partUrls(numbers: [1], expiresIn: 86400) { url } } userErrors { message } } }`,
    { modelVersionId, input: { name: "in parts", filename: "big.bin", size: whole.length } },
  );
  return beginModelFileUpload.pendingUpload.partUrls[0].url;
}
