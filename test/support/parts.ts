import { randomBytes } from "node:crypto";
import { verifyBlobs } from "../../src/blob/verifier.ts";
import type { Registry } from "./registry.ts";
import type { Data } from "./send.ts";
import { storages } from "./test-server.ts";

type Ask = Registry["ask"];

export const uploadFields =
  "id name filename size partSize partCount createdAt expiresAt parts { number size etag } modelFile: file { id status }";

/** Bytes that no other test has. */
export function someBytes(size: number): Buffer {
  return randomBytes(size);
}

/** Begins an upload in parts; gives the payload. */
export async function begin(
  ask: Ask,
  modelVersionId: string,
  input: object,
  idempotencyKey: string | null = null,
): Promise<Data> {
  const query = `mutation ($modelVersionId: ID!, $input: BeginModelFileUploadInput!, $key: String) {
    beginModelFileUpload(modelVersionId: $modelVersionId, input: $input, idempotencyKey: $key) {
      pendingUpload { ${uploadFields} } userErrors { code field message }
    }
  }`;
  const variables = {
    modelVersionId,
    input: { name: "weights", filename: "best.pt", ...input },
    key: idempotencyKey,
  };
  return (await ask(query, variables)).beginModelFileUpload;
}

/** An upload in parts that has begun. */
export async function anUpload(
  ask: Ask,
  versionId: string,
  bytes: Buffer,
  input: object = {},
): Promise<Data> {
  const { pendingUpload, userErrors } = await begin(ask, versionId, { size: bytes.length, ...input });
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
  return pendingUpload;
}

export async function pendingUpload(ask: Ask, id: string): Promise<Data> {
  return (await ask(`query ($id: ID!) { pendingUpload(id: $id) { ${uploadFields} } }`, { id })).pendingUpload;
}

export async function urlsOf(
  ask: Ask,
  id: string,
  numbers: number[],
): Promise<{ number: number; url: string; size: number }[]> {
  const query = `query ($id: ID!, $numbers: [Int!]!) {
    pendingUpload(id: $id) { partUrls(numbers: $numbers) { number url size } }
  }`;
  return (await ask(query, { id, numbers })).pendingUpload.partUrls;
}

export async function urlOf(ask: Ask, id: string, number: number): Promise<string> {
  const [found] = await urlsOf(ask, id, [number]);
  return String(found?.url);
}

/** Sends parts as a script does; gives their numbers and etags. */
export async function sendParts(
  ask: Ask,
  { id, partSize }: { id: string; partSize: number },
  bytes: Buffer,
  numbers: number[],
): Promise<{ number: number; etag: string }[]> {
  const urls = await urlsOf(ask, id, numbers);
  return Promise.all(
    urls.map(async ({ number, url, size }) => {
      const part = bytes.subarray((number - 1) * partSize, (number - 1) * partSize + size);
      const response = await fetch(url, { method: "PUT", body: new Uint8Array(part) });
      if (!response.ok) throw new Error(await response.text());
      return { number, etag: String(response.headers.get("etag")) };
    }),
  );
}

/** Completes an upload; gives the payload. */
export async function complete(ask: Ask, id: string, parts: object[]): Promise<Data> {
  const query = `mutation ($id: ID!, $input: CompleteUploadInput!) {
    completeUpload(id: $id, input: $input) {
      modelFile: file { id name filename contentType size sha256 status } pendingUpload { id parts { number } }
      userErrors { code field message }
    }
  }`;
  return (await ask(query, { id, input: { parts } })).completeUpload;
}

/** Uploads a file in parts; gives what completing it has answered. */
export async function uploadInParts(
  ask: Ask,
  versionId: string,
  bytes: Buffer,
  input: object = {},
): Promise<Data> {
  const upload = await anUpload(ask, versionId, bytes, input);
  const numbers = Array.from({ length: upload.partCount }, (_, index) => index + 1);
  return complete(ask, upload.id, await sendParts(ask, upload, bytes, numbers));
}

/** Has all bytes read that are to be read, as the servers' verifiers do. */
export async function readBytes({ db }: Pick<Registry, "db">): Promise<void> {
  await verifyBlobs(db, storages, {
    onError(error) {
      throw error;
    },
  });
}
