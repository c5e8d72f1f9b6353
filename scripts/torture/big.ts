import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { S3StandIn } from "../../test/support/s3-stand-in.ts";
import { aModel, aVersion } from "../../test/support/seed.ts";
import { inMebibytes, memoryOf, watchMemory } from "./process-state.ts";
import { RegistryProcess } from "./registry-process.ts";

/** More than this above what the idle server has is too much. */
const memory = 128 * 2 ** 20;

type Upload = (registry: RegistryProcess, versionId: string, bytes: Bytes) => Promise<string>;

const ways: Record<string, Upload> = { "a multipart request": uploadWhole, parts: uploadInParts };

/** One large file in each way up and down again, on each kind of storage. @returns how fast, and what memory the server needed */
export async function big(size: number): Promise<string> {
  const registry = new RegistryProcess();
  const store = new S3StandIn();
  try {
    await registry.start();
    const versionId = await aVersion(registry, await aModel(registry));
    const lines = [await inEachWay(registry, versionId, "the local disk", size)];
    await moveTo(registry, await store.open(), store);
    lines.push(await inEachWay(registry, versionId, "an S3 store", size));
    return `${inMebibytes(size)} ${lines.join("; ")}`;
  } finally {
    await registry.stop();
    await store.close();
  }
}

async function inEachWay(
  registry: RegistryProcess,
  versionId: string,
  storage: string,
  size: number,
): Promise<string> {
  for (const upload of Object.values(ways)) // what everybody loads once is no part of the price
    await download(registry, await upload(registry, versionId, new Bytes(2 ** 20)));
  const lines: string[] = [];
  for (const [way, upload] of Object.entries(ways))
    lines.push(`by ${way} ${await upAndDown(registry, versionId, upload, new Bytes(size))}`);
  return `on ${storage} ${lines.join("; ")}`;
}

/** From now on new files go there. */
async function moveTo(
  registry: RegistryProcess,
  endpoint: string,
  { bucket, credentials }: S3StandIn,
): Promise<void> {
  const { createStorageConnector } = await registry.ask(
    `mutation ($input: CreateStorageConnectorInput!) {
      createStorageConnector(input: $input) { storageConnector { id } userErrors { message } } }`,
    { input: { name: "S3", s3: { bucket, endpoint, pathStyle: true, credentials } } },
  );
  await registry.ask(
    "mutation ($id: ID!) { setDefaultStorageConnector(id: $id) { userErrors { message } } }",
    { id: createStorageConnector.storageConnector.id },
  );
}

async function upAndDown(
  registry: RegistryProcess,
  versionId: string,
  upload: Upload,
  bytes: Bytes,
): Promise<string> {
  await delay(3_000);
  const pid = registry.server.process.pid ?? 0;
  const idle = memoryOf(pid);
  const most = watchMemory(pid);
  const begin = performance.now();
  const id = await upload(registry, versionId, bytes);
  const between = performance.now();
  const digest = await download(registry, id);
  const end = performance.now();
  const more = most() - idle;
  if (digest !== bytes.digest) throw new Error(`Expected ${bytes.digest}, got ${digest}.`);
  if (more > memory)
    throw new Error(`${inMebibytes(more)} above the ${inMebibytes(idle)} of the idle server.`);
  const speed = (milliseconds: number) => `${inMebibytes((bytes.size / milliseconds) * 1_000)}/s`;
  return `${speed(between - begin)} up, ${speed(end - between)} down, digests equal, at most ${inMebibytes(more)} above idle`;
}

/** So many bytes that no other file has. */
class Bytes {
  readonly size: number;
  readonly #block = randomBytes(4 * 2 ** 20);
  readonly #hash = createHash("sha256");
  #digest: string | undefined;

  constructor(size: number) {
    this.size = size;
  }

  /** Once only, since they are hashed on the way. */
  *chunks(): Generator<Buffer> {
    for (let start = 0; start < this.size; start += this.#block.length) {
      const chunk = Buffer.from(this.#block.subarray(0, this.size - start));
      if (chunk.length > 8) chunk.writeDoubleBE(start);
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  get digest(): string {
    this.#digest ??= this.#hash.digest("hex");
    return this.#digest;
  }
}

async function uploadWhole(
  { url, token }: RegistryProcess,
  modelVersionId: string,
  bytes: Bytes,
): Promise<string> {
  const operations = {
    query: `mutation ($modelVersionId: ID!, $input: CreateModelFileInput!) {
      createModelFile(modelVersionId: $modelVersionId, input: $input) { modelFile { id } userErrors { message } } }`,
    variables: { modelVersionId, input: { name: aName(), file: null } },
  };
  const part = (name: string, text: string) =>
    `--torture\r\ncontent-disposition: form-data; name="${name}"${text}`;
  const head =
    part("operations", `\r\n\r\n${JSON.stringify(operations)}\r\n`) +
    part("map", `\r\n\r\n${JSON.stringify({ 0: ["variables.input.file"] })}\r\n`) +
    part("0", '; filename="big.bin"\r\ncontent-type: application/octet-stream\r\n\r\n');
  const tail = "\r\n--torture--\r\n";
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "multipart/form-data; boundary=torture",
    "content-length": head.length + bytes.size + tail.length,
  };
  const sending = request(url, { method: "POST", headers });
  const answered = once(sending, "response");
  await pipeline(function* () {
    yield Buffer.from(head);
    yield* bytes.chunks();
    yield Buffer.from(tail);
  }, sending);
  const [response] = await answered;
  const { data, errors } = JSON.parse(Buffer.concat(await response.toArray()).toString());
  const file = data?.createModelFile.modelFile;
  if (!file) throw new Error(JSON.stringify(errors ?? data));
  return file.id;
}

async function uploadInParts(
  registry: RegistryProcess,
  modelVersionId: string,
  bytes: Bytes,
): Promise<string> {
  const { beginModelFileUpload: begun } = await registry.ask(
    `mutation ($modelVersionId: ID!, $input: BeginModelFileUploadInput!) {
      beginModelFileUpload(modelVersionId: $modelVersionId, input: $input) {
        pendingUpload { id partSize } userErrors { message } } }`,
    { modelVersionId, input: { name: aName(), filename: "big.bin", size: bytes.size } },
  );
  const { id, partSize } = begun.pendingUpload;
  const parts: object[] = [];
  for await (const part of inPieces(bytes, partSize))
    parts.push(await sendPart(registry, id, parts.length + 1, part));
  const { completeUpload: completed } = await registry.ask(
    `mutation ($id: ID!, $parts: [UploadedPartInput!]!) {
      completeUpload(id: $id, input: { parts: $parts }) { file { id } userErrors { message } } }`,
    { id, parts },
  );
  await whenReady(registry, completed.file.id);
  return completed.file.id;
}

async function* inPieces(bytes: Bytes, size: number): AsyncGenerator<Buffer> {
  const source = Readable.from(bytes.chunks(), { objectMode: false, highWaterMark: size });
  for (let left = bytes.size; left > 0; left -= size) {
    const wanted = Math.min(size, left);
    let piece: Buffer | null = source.read(wanted);
    for (; piece === null; piece = source.read(wanted)) await once(source, "readable");
    yield piece;
  }
}

async function sendPart(
  registry: RegistryProcess,
  id: string,
  number: number,
  part: Buffer,
): Promise<object> {
  const { pendingUpload } = await registry.ask(
    "query ($id: ID!, $number: Int!) { pendingUpload(id: $id) { partUrls(numbers: [$number]) { url } } }",
    { id, number },
  );
  const response = await fetch(pendingUpload.partUrls[0].url, { method: "PUT", body: new Uint8Array(part) });
  if (!response.ok) throw new Error(`Part ${number} was answered with ${response.status}.`);
  return { number, etag: response.headers.get("etag") };
}

async function whenReady(registry: RegistryProcess, id: string): Promise<void> {
  for (let status = "VERIFYING"; status !== "READY"; await delay(100)) {
    const { node } = await registry.ask(
      "query ($id: ID!) { node(id: $id) { ... on ModelFile { status } } }",
      { id },
    );
    status = node.status;
    if (status === "CORRUPT") throw new Error("The file is CORRUPT.");
  }
}

/** @returns the digest of what came */
async function download(registry: RegistryProcess, id: string): Promise<string> {
  const { node } = await registry.ask(
    "query ($id: ID!) { node(id: $id) { ... on ModelFile { downloadUrl } } }",
    { id },
  );
  const response = await fetch(node.downloadUrl);
  if (!response.ok || !response.body) throw new Error(`The download was answered with ${response.status}.`);
  const hash = createHash("sha256");
  for await (const chunk of response.body) hash.update(chunk);
  return hash.digest("hex");
}

function aName(): string {
  return randomBytes(8).toString("hex");
}
