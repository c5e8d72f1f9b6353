import { Readable } from "node:stream";
import { S3Client } from "@aws-sdk/client-s3";
import { limits } from "../limits.ts";
import { StorageError } from "./storage.ts";

/** Where a bucket is, and how to get in. */
export interface S3Access {
  /** Null for Amazon's own. */
  endpoint: string | null;
  region: string;
  /** Whether the bucket stands in the path of a URL, and not in its host. */
  pathStyle: boolean;
  /** Null to take what the environment of the server says. */
  credentials: { accessKeyId: string; secretAccessKey: string } | null;
}

/** Milliseconds to wait: for a connection, for bytes on it, for an answer to begin; and how often a request is tried. */
export interface S3Patience {
  connect: number;
  stall: number;
  attempts: number;
  answer?: number;
}

/**
 * A client with its own connections. It waits for nothing for ever: not for a connection, not for bytes in either direction,
 * and not for an answer; and only an object's bytes may be many, since any other answer is read into memory.
 */
export function s3Client(
  { endpoint, region, pathStyle, credentials }: S3Access,
  { connect, stall, attempts, answer = limits.storage.answer }: S3Patience = limits.storage,
): S3Client {
  const sockets = { maxSockets: limits.storage.sockets };
  const client = new S3Client({
    region,
    ...(endpoint !== null && { endpoint }),
    ...(credentials !== null && { credentials }),
    forcePathStyle: pathStyle,
    maxAttempts: attempts,
    requestHandler: {
      ...{ connectionTimeout: connect, socketTimeout: stall },
      ...{ requestTimeout: answer, throwOnRequestTimeout: true },
      ...{ httpAgent: sockets, httpsAgent: sockets },
    },
    // Not every store knows the newer checksums. The SHA-256 of each body is in its signature anyway.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    expectContinueHeader: false, // would cost a connection for each part
  });
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (request) => {
        const result = await next(request);
        const response = result.response as { body?: unknown };
        if (commandName !== "GetObjectCommand" && response.body instanceof Readable)
          response.body = Readable.from(short(response.body), { objectMode: false });
        return result;
      },
    { step: "deserialize", priority: "low" }, // before anything reads the answer
  );
  return client;
}

async function* short(body: Readable): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limits.storage.answerBytes)
      throw new StorageError("UNAVAILABLE", "The object store answers with more than it was asked for.");
    yield chunk;
  }
}
