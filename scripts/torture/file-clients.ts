import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "../../test/support/embedded-cluster.ts";
import type { Data } from "../../test/support/send.ts";
import { digestOf, type FileApi, type Got } from "./file-api.ts";

/** Bytes that several files have, so that they share them. */
const shared = Array.from({ length: 6 }, () => randomBytes(randomInt(1, 300_000)));

const problems = "userErrors { code field message }";

/**
 * Clients that add, read, copy, delete, restore and purge files without a pause, and remember what has been acknowledged. A
 * file is out of their memory while a request that changes it is under way, and stays out when no answer came.
 */
export class FileClients {
  /** The digests of files that are certainly there, by their ids. */
  readonly live = new Map<string, string>();
  /** Of those that are certainly in the trash. */
  readonly trashed = new Map<string, string>();
  acknowledged = 0;
  readonly #api: FileApi;
  readonly #versionIds: string[];
  readonly #stopping = new AbortController();
  readonly #clients: Promise<void>[];

  constructor(api: FileApi, versionIds: string[]) {
    this.#api = api;
    this.#versionIds = versionIds;
    this.#clients = [1, 2, 3, 4].map(() => this.#work());
  }

  async moreAcknowledged(count: number): Promise<void> {
    const before = this.acknowledged;
    await until(() => this.acknowledged >= before + count);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#clients);
  }

  async #work(): Promise<void> {
    const steps = [this.#upload, this.#uploadInParts, this.#copy, this.#remove, this.#bringBack, this.#purge];
    while (!this.#stopping.signal.aborted) {
      const done = await oneOf(steps).call(this, oneOf(this.#versionIds));
      if (done) this.acknowledged += 1;
      else await delay(10); // leaves the server room to recover
    }
  }

  async #upload(modelVersionId: string): Promise<boolean> {
    const bytes = someBytes();
    const variables = { modelVersionId, input: { name: aName() }, key: aName() };
    const data = await this.#untilAcknowledged(() =>
      this.#api.sendFile(
        `mutation ($modelVersionId: ID!, $input: CreateModelFileInput!, $key: String) {
          answer: createModelFile(modelVersionId: $modelVersionId, input: $input, idempotencyKey: $key) {
            modelFile { id } ${problems} } }`,
        variables,
        bytes,
      ),
    );
    return this.#added(data, digestOf(bytes));
  }

  async #uploadInParts(modelVersionId: string): Promise<boolean> {
    const bytes = randomInt(8) === 0 ? randomBytes(17 * 2 ** 20) : someBytes();
    const input = { name: aName(), filename: "weights.bin", size: bytes.length };
    const key = aName();
    const begun = await this.#untilAcknowledged(() =>
      this.#api.send(
        `mutation ($modelVersionId: ID!, $input: BeginModelFileUploadInput!, $key: String) {
          answer: beginModelFileUpload(modelVersionId: $modelVersionId, input: $input, idempotencyKey: $key) {
            pendingUpload { id partSize partCount } ${problems} } }`,
        { modelVersionId, input, key },
      ),
    );
    const upload = this.#accepted(begun)?.pendingUpload;
    const parts = upload && (await this.#sendParts(upload, bytes));
    if (!parts) return false;
    const completed = await this.#untilAcknowledged(() =>
      this.#api.send(
        `mutation ($id: ID!, $parts: [UploadedPartInput!]!) {
          answer: completeUpload(id: $id, input: { parts: $parts }) { modelFile: file { id } ${problems} } }`,
        { id: upload.id, parts },
      ),
    );
    return this.#added(completed, digestOf(bytes));
  }

  async #sendParts(upload: Data, bytes: Buffer): Promise<object[] | null> {
    const parts: object[] = [];
    for (let number = 1; number <= upload.partCount; number++) {
      const part = bytes.subarray((number - 1) * upload.partSize, number * upload.partSize);
      const etag = await this.#untilAcknowledged(async () => {
        const data = await this.#api.send(
          "query ($id: ID!, $number: Int!) { pendingUpload(id: $id) { partUrls(numbers: [$number]) { url } } }",
          { id: upload.id, number },
        );
        return data && this.#api.put(data.pendingUpload.partUrls[0].url, part);
      });
      if (etag === null) return null;
      parts.push({ number, etag });
    }
    return parts;
  }

  async #copy(modelVersionId: string): Promise<boolean> {
    return this.#with(this.live, async (id, digest) => {
      const data =
        (await this.#isReady(id, digest)) &&
        (await this.#api.send(
          `mutation ($id: ID!, $modelVersionId: ID!, $name: String!) {
            answer: copyModelFile(id: $id, modelVersionId: $modelVersionId, input: { name: $name }) {
              modelFile { id } ${problems} } }`,
          { id, modelVersionId, name: aName() },
        ));
      this.live.set(id, digest);
      return data ? this.#added(data, digest) : false;
    });
  }

  /** Whether it can be copied; its bytes are read as well. */
  async #isReady(id: string, digest: string): Promise<boolean> {
    const data = await this.#api.send(
      "query ($id: ID!) { node(id: $id) { ... on ModelFile { status sha256 downloadUrl } } }",
      { id },
    );
    const file = data?.node;
    if (data && file?.status !== "VERIFYING" && (file?.status !== "READY" || file.sha256 !== digest))
      this.#api.unexpected.push({ id, digest, file });
    if (!file?.downloadUrl) return false;
    const got = await this.#api.get(file.downloadUrl);
    if (got !== null && got !== digest) this.#api.unexpected.push({ id, digest, got });
    return got !== null;
  }

  async #remove(): Promise<boolean> {
    return this.#with(this.live, async (id, digest) => {
      const data = await this.#api.send(
        `mutation ($id: ID!) { answer: deleteModelFile(id: $id) { ${problems} } }`,
        { id },
      );
      if (this.#accepted(data)) this.trashed.set(id, digest);
      return data !== null;
    });
  }

  async #bringBack(): Promise<boolean> {
    return this.#with(this.trashed, async (id, digest) => {
      const data = await this.#api.send(
        `mutation ($id: ID!) { answer: restoreModelFile(id: $id) { ${problems} } }`,
        { id },
      );
      if (this.#accepted(data)) this.live.set(id, digest);
      return data !== null;
    });
  }

  async #purge(): Promise<boolean> {
    if (this.trashed.size < 5) return false;
    return this.#with(this.trashed, async (id) => {
      const data = await this.#api.send(
        `mutation ($id: ID!) { answer: purgeModelFile(id: $id) { ${problems} } }`,
        { id },
      );
      return Boolean(this.#accepted(data));
    });
  }

  /** Does something with a file that nobody else does anything with meanwhile. */
  async #with(
    files: Map<string, string>,
    use: (id: string, digest: string) => Promise<boolean>,
  ): Promise<boolean> {
    const [id, digest] = [...files][randomInt(Math.max(files.size, 1))] ?? [];
    if (id === undefined || digest === undefined) return false;
    files.delete(id);
    return use(id, digest);
  }

  #added(data: Got, digest: string): boolean {
    const file = this.#accepted(data)?.modelFile;
    if (file) this.live.set(file.id, digest);
    return Boolean(file);
  }

  #accepted(data: Got): Data | null {
    if (data?.answer.userErrors.length > 0) this.#api.unexpected.push(data.answer.userErrors);
    return data?.answer ?? null;
  }

  /** Half of what has no answer is tried again until it has one, which the API allows; the rest stays in doubt. */
  async #untilAcknowledged<T>(request: () => Promise<T | null>): Promise<T | null> {
    const retries = randomInt(2) === 0;
    for (;;) {
      const got = await request();
      if (got !== null || !retries || this.#stopping.signal.aborted) return got;
      await delay(10);
    }
  }
}

function someBytes(): Buffer {
  return randomInt(2) === 0 ? oneOf(shared) : randomBytes(randomInt(1, 200_000));
}

function oneOf<Item>(items: readonly Item[]): Item {
  return items[randomInt(items.length)] as Item;
}

function aName(): string {
  return randomBytes(8).toString("hex");
}
