import type { Registry } from "./registry.ts";
import type { Answer } from "./send.ts";

export const createModelFile = `
  mutation ($modelVersionId: ID!, $input: CreateModelFileInput!, $idempotencyKey: String) {
    createModelFile(modelVersionId: $modelVersionId, input: $input, idempotencyKey: $idempotencyKey) {
      modelFile { id name filename contentType size sha256 status createdAt }
      userErrors { code field message }
    }
  }`;

/** A file in a form: its bytes, and what its part is called. */
export interface FormFile {
  bytes: Uint8Array | string;
  filename?: string;
}

/** The operation that adds one file, and the path to the file in it. */
export function addition(modelVersionId: string, input: object = {}, more: object = {}) {
  const variables = { modelVersionId, input: { name: "weights", file: null, ...input }, ...more };
  return { operations: { query: createModelFile, variables }, map: { 0: ["variables.input.file"] } };
}

export function formOf(
  { operations, map }: { operations: unknown; map: unknown },
  files: { [part: string]: FormFile } = {},
): FormData {
  const form = new FormData();
  form.set("operations", typeof operations === "string" ? operations : JSON.stringify(operations));
  form.set("map", typeof map === "string" ? map : JSON.stringify(map));
  for (const [part, { bytes, filename = "best.onnx" }] of Object.entries(files))
    form.append(part, new Blob([bytes]), filename);
  return form;
}

/** Sends a form as browsers do, and gives the whole answer. */
export async function sendForm(
  { url, token }: Pick<Registry, "url" | "token">,
  form: FormData,
): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(url, { method: "POST", headers, body: form });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

/** Adds a file to a version, and gives the payload. */
export async function upload(
  registry: Registry,
  versionId: string,
  bytes: FormFile["bytes"],
  {
    filename,
    idempotencyKey,
    ...input
  }: { filename?: string; idempotencyKey?: string; [field: string]: unknown } = {},
) {
  const request = addition(versionId, input, { idempotencyKey });
  const { body } = await sendForm(
    registry,
    formOf(request, { 0: { bytes, ...(filename !== undefined && { filename }) } }),
  );
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data.createModelFile;
}
