import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** What goes wrong with a request: an HTTP status; or silence, before (`stall`) or after half of the answer's body (`stall midway`); or
 * the end of the connection: before anything is done (`reset`), after it is done (`lost answer`), or after half of the body. */
export type Fault = number | "stall" | "stall midway" | "reset" | "reset midway" | "lost answer";

interface File {
  path: string;
  size: number;
  etag: string;
}

interface Upload {
  key: string;
  parts: Map<number, File>;
}

/** What is planned for the requests of an operation, one after the other; null: nothing. */
type Plan = (Fault | null)[];

/**
 * An object store for tests: as much of the protocol of S3 as the registry uses, with one bucket, and with faults. It keeps
 * bytes on the disk, so that they can be many. Signatures are not checked, but whose they are and until when they are good is.
 */
export class S3StandIn {
  readonly bucket = "models";
  readonly credentials = { accessKeyId: "stand-in", secretAccessKey: "a-secret-of-the-stand-in" };
  /** Whole objects, by key. */
  readonly objects = new Map<string, { files: File[]; lastModified: Date }>();
  /** Uploads in parts under way, by id. */
  readonly uploads = new Map<string, Upload>();
  /** The operations that came, newest last. */
  readonly requests: string[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), "s3-stand-in-"));
  readonly #plans = new Map<string, Plan>();
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));

  async open(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Lets the next requests of an operation, such as `UploadPart`, go wrong: `break("UploadPart", null, 503)` the second one. */
  break(operation: string, ...plan: Plan): void {
    this.#plans.set(operation, plan);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? "", "http://stand-in");
    const [, bucket, ...rest] = pathname.split("/");
    const key = decodeURIComponent(rest.join("/"));
    const operation = operationOf(request.method ?? "", key, query);
    this.requests.push(operation);
    const fault = this.#plans.get(operation)?.shift() ?? null;
    try {
      if (fault === "stall") return;
      if (fault === "reset") return void request.socket.destroy();
      if (typeof fault === "number") throw new Refused(fault, "Planned");
      if (!this.#knows(request, query)) throw new Refused(403, "AccessDenied");
      if (bucket !== this.bucket) throw new Refused(404, "NoSuchBucket");
      const answer = await this.#operations[operation]?.({ key, query, request });
      if (!answer) throw new Refused(501, "NotImplemented");
      if (fault === "lost answer") return void request.socket.destroy();
      await send(response, answer, fault);
    } catch (error) {
      if (response.headersSent || request.socket.destroyed) return;
      request.resume();
      const { status, code } = error instanceof Refused ? error : new Refused(500, "InternalError");
      const body = request.method === "HEAD" ? "" : xml("Error", `<Code>${code}</Code>`);
      response.writeHead(status, { "content-type": "application/xml" }).end(body);
    }
  }

  #knows({ headers }: IncomingMessage, query: URLSearchParams): boolean {
    const credential = query.get("X-Amz-Credential") ?? headers.authorization ?? "";
    const [, year, month, day, hour, minute, second] =
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get("X-Amz-Date") ?? "") ?? [];
    const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    const expired = signedAt + Number(query.get("X-Amz-Expires")) * 1_000 < Date.now();
    return credential.includes(`${this.credentials.accessKeyId}/`) && !expired;
  }

  readonly #operations: { [operation: string]: (asked: Asked) => Promise<Answer> } = {
    PutObject: async ({ key, request }) => {
      const file = await this.#receive(request);
      this.objects.set(key, { files: [file], lastModified: new Date() });
      return { headers: { etag: `"${file.etag}"` } };
    },
    HeadObject: async ({ key }) => {
      const size = sizeOf(this.#find(key).files);
      return { headers: { "content-length": String(size) } };
    },
    GetObject: async ({ key, query, request }) => {
      const { files } = this.#find(key);
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
      const size = sizeOf(files);
      const [start, end] = [Number(from ?? 0), Math.min(Number(to ?? size - 1), size - 1)];
      if (start >= size) throw new Refused(416, "InvalidRange");
      const headers: { [name: string]: string } = { "content-length": String(end - start + 1) };
      for (const name of ["content-type", "content-disposition"]) {
        const wanted = query.get(`response-${name}`);
        if (wanted) headers[name] = wanted;
      }
      return { status: from ? 206 : 200, headers, body: bytesOf(files, start, end), size: end - start + 1 };
    },
    DeleteObject: async ({ key }) => {
      this.objects.delete(key);
      return { status: 204 };
    },
    ListObjectsV2: async ({ query }) => ({
      xml: xml(
        "ListBucketResult",
        `<IsTruncated>false</IsTruncated>${[...this.objects]
          .filter(([key]) => key.startsWith(query.get("prefix") ?? ""))
          .map(
            ([key, { lastModified }]) =>
              `<Contents><Key>${key}</Key><LastModified>${lastModified.toISOString()}</LastModified></Contents>`,
          )
          .join("")}`,
      ),
    }),
    CreateMultipartUpload: async ({ key }) => {
      const id = randomUUID();
      this.uploads.set(id, { key, parts: new Map() });
      return { xml: xml("InitiateMultipartUploadResult", `<UploadId>${id}</UploadId>`) };
    },
    UploadPart: async ({ query, request }) => {
      const file = await this.#receive(request);
      this.#upload(query).parts.set(Number(query.get("partNumber")), file);
      return { headers: { etag: `"${file.etag}"` } };
    },
    // Two parts on a page, so that a test of a few turns pages.
    ListParts: async ({ query }) => {
      const after = Number(query.get("part-number-marker"));
      const parts = [...this.#upload(query).parts].sort(([one], [other]) => one - other);
      const rest = parts.filter(([number]) => number > after);
      const page = rest.slice(0, 2);
      const entries = page.map(
        ([number, { etag, size }]) =>
          `<Part><PartNumber>${number}</PartNumber><ETag>"${etag}"</ETag><Size>${size}</Size></Part>`,
      );
      const next = `<NextPartNumberMarker>${page.at(-1)?.[0] ?? after}</NextPartNumberMarker>`;
      const truncated = `<IsTruncated>${rest.length > page.length}</IsTruncated>`;
      return { xml: xml("ListPartsResult", `${truncated}${next}${entries.join("")}`) };
    },
    CompleteMultipartUpload: async ({ query, request }) => {
      const upload = this.#upload(query);
      const asked = [...(await textOf(request)).matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = ""]) => {
        const number = Number(/<PartNumber>(\d+)/.exec(part)?.[1]);
        const etag = /<ETag>(?:"|&quot;)?(\w+)/.exec(part)?.[1];
        const file = upload.parts.get(number);
        if (!file || file.etag !== etag) throw new Refused(400, "InvalidPart");
        return file;
      });
      this.objects.set(upload.key, { files: asked, lastModified: new Date() });
      this.uploads.delete(query.get("uploadId") ?? "");
      return { xml: xml("CompleteMultipartUploadResult", "<ETag>whole</ETag>") };
    },
    AbortMultipartUpload: async ({ query }) => {
      this.#upload(query);
      this.uploads.delete(query.get("uploadId") ?? "");
      return { status: 204 };
    },
    ListMultipartUploads: async ({ query }) => ({
      xml: xml(
        "ListMultipartUploadsResult",
        `<IsTruncated>false</IsTruncated>${[...this.uploads]
          .filter(([, { key }]) => key.startsWith(query.get("prefix") ?? ""))
          .map(([id, { key }]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`)
          .join("")}`,
      ),
    }),
  };

  #find(key: string): { files: File[] } {
    const found = this.objects.get(key);
    if (!found) throw new Refused(404, "NoSuchKey");
    return found;
  }

  #upload(query: URLSearchParams): Upload {
    const found = this.uploads.get(query.get("uploadId") ?? "");
    if (!found) throw new Refused(404, "NoSuchUpload");
    return found;
  }

  /** The body of a request, if it is what its signature says. */
  async #receive(request: IncomingMessage): Promise<File> {
    const path = join(this.#folder, randomUUID());
    const [md5, sha256] = [createHash("md5"), createHash("sha256")];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      md5.update(chunk);
      sha256.update(chunk);
    });
    await pipeline(request, createWriteStream(path));
    const signed = request.headers["x-amz-content-sha256"];
    if (/^[0-9a-f]{64}$/.test(String(signed)) && signed !== sha256.digest("hex"))
      throw new Refused(400, "XAmzContentSHA256Mismatch");
    return { path, size, etag: md5.digest("hex") };
  }
}

interface Asked {
  key: string;
  query: URLSearchParams;
  request: IncomingMessage;
}

interface Answer {
  status?: number;
  headers?: { [name: string]: string };
  xml?: string;
  body?: AsyncIterable<Buffer>;
  size?: number;
}

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

function operationOf(method: string, key: string, query: URLSearchParams): string {
  if (query.has("partNumber")) return "UploadPart";
  if (query.has("uploadId"))
    return { GET: "ListParts", POST: "CompleteMultipartUpload" }[method] ?? "AbortMultipartUpload";
  if (query.has("uploads")) return method === "POST" ? "CreateMultipartUpload" : "ListMultipartUploads";
  if (method === "GET" && key === "") return "ListObjectsV2";
  return { PUT: "PutObject", GET: "GetObject", HEAD: "HeadObject" }[method] ?? "DeleteObject";
}

async function send(response: ServerResponse, answer: Answer, fault: Fault | null): Promise<void> {
  const type = answer.xml && { "content-type": "application/xml" };
  response.writeHead(answer.status ?? 200, { ...type, ...answer.headers });
  let sent = 0;
  for await (const chunk of answer.body ?? []) {
    const midway =
      typeof fault === "string" && fault.endsWith("midway") && sent + chunk.length > (answer.size ?? 0) / 2;
    if (midway) {
      response.write(chunk.subarray(0, 1));
      return fault === "reset midway" ? void setImmediate(() => response.destroy()) : undefined;
    }
    sent += chunk.length;
    if (!response.write(chunk)) await once(response, "drain");
  }
  response.end(answer.xml);
}

async function* bytesOf(files: File[], start: number, end: number): AsyncGenerator<Buffer> {
  let offset = 0;
  for (const { path, size } of files) {
    const [from, to] = [Math.max(start - offset, 0), Math.min(end - offset, size - 1)];
    if (from <= to) yield* createReadStream(path, { start: from, end: to });
    offset += size;
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function sizeOf(files: File[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function xml(name: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><${name}>${content}</${name}>`;
}
