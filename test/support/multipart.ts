import { readdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import type { Registry } from "./registry.ts";
import type { Answer, Data } from "./send.ts";
import { filesDir } from "./test-server.ts";

export const createModelFile = `
  mutation ($modelVersionId: ID!, $input: CreateModelFileInput!, $idempotencyKey: String) {
    createModelFile(modelVersionId: $modelVersionId, input: $input, idempotencyKey: $idempotencyKey) {
      modelFile { id name filename contentType size sha256 status createdAt }
      userErrors { code field message }
    }
  }`;

/** The fields of a form; text is sent as it is. */
export interface Fields {
  operations: unknown;
  map: unknown;
}

/** A file in a form: the name of its part, its bytes, and what it is called. */
export interface Part {
  part?: string;
  bytes: Uint8Array<ArrayBuffer> | string;
  filename?: string;
}

/** The operation that adds one file to a version. */
export function addition(modelVersionId: string, input: object = {}, idempotencyKey?: string): Fields {
  const variables = { modelVersionId, input: { name: "weights", file: null, ...input }, idempotencyKey };
  return { operations: { query: createModelFile, variables }, map: { 0: ["variables.input.file"] } };
}

type Sender = Pick<Registry, "url" | "token">;

/** Sends a form as browsers do, and gives the whole answer. */
export async function sendForm({ url, token }: Sender, fields: Fields, parts: Part[] = []): Promise<Answer> {
  const form = new FormData();
  for (const field of ["operations", "map"] as const) form.set(field, textOf(fields[field]));
  for (const { part = "0", bytes, filename = "best.onnx" } of parts)
    form.append(part, new Blob([bytes]), filename);
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(url, { method: "POST", headers, body: form });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

/** Adds a file to a version, and gives the payload. */
export async function upload(
  registry: Sender,
  versionId: string,
  bytes: Part["bytes"],
  { filename = "best.onnx", idempotencyKey, ...input }: { [option: string]: Data } = {},
): Promise<Data> {
  const fields = addition(versionId, input, idempotencyKey);
  const { body } = await sendForm(registry, fields, [{ bytes, filename }]);
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data.createModelFile;
}

/** A form, byte for byte. */
export function bodyOf(fields: Fields, parts: Part[]): Buffer {
  const head = (disposition: string) => `--x\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n`;
  return Buffer.concat(
    [
      ...(["operations", "map"] as const).map(
        (field) => `${head(`name="${field}"`)}${textOf(fields[field])}`,
      ),
      ...parts.map(({ part = "0", filename = "best.onnx", bytes }) =>
        Buffer.concat([Buffer.from(head(`name="${part}"; filename="${filename}"`)), Buffer.from(bytes)]),
      ),
      "--x--\r\n",
    ].flatMap((piece, index, { length }) => [
      Buffer.from(piece),
      Buffer.from(index < length - 1 ? "\r\n" : ""),
    ]),
  );
}

/** A request whose body is sent by hand. */
export async function beginRequest(
  { url, token }: Sender,
  contentLength: number,
  headers: string[] = [],
): Promise<Socket> {
  const { port, pathname } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.on("error", () => {}); // it may be reset while it still sends
  await new Promise((connected) => socket.once("connect", connected));
  const lines = [
    `POST ${pathname} HTTP/1.1`,
    "host: registry",
    ...(token ? [`authorization: Bearer ${token}`] : []),
    "content-type: multipart/form-data; boundary=x",
    `content-length: ${contentLength}`,
    ...headers,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  return socket;
}

/** The answer to such a request, when the server has ended the connection. */
export async function answerOn(socket: Socket): Promise<{ status: number; body: Answer["body"] }> {
  let text = "";
  for await (const chunk of socket) text += chunk;
  const [head = "", body = ""] = text.split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), body: JSON.parse(body) };
}

/** What an organization keeps of bytes: rows, and files in its folder. */
export async function keptBytes({
  db,
  organizationId,
}: Registry): Promise<{ blobs: number; files: string[] }> {
  const [{ blobs }] = await db.query("select count(*)::int as blobs from blob where organization_id = $1", [
    organizationId,
  ]);
  return { blobs, files: filesBelow(join(filesDir, organizationId)) };
}

export const nothingKept = { blobs: 0, files: [] };

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  } catch {
    return []; // it has never been made
  }
}

function textOf(field: unknown): string {
  return typeof field === "string" ? field : JSON.stringify(field);
}
