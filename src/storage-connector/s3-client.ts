import { S3Client } from "@aws-sdk/client-s3";
import { limits } from "../limits.ts";

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

/** A client with its own connections. It waits for nothing for ever: not for a connection, and not for bytes in either direction. */
export function s3Client(
  { endpoint, region, pathStyle, credentials }: S3Access,
  { connect, stall, attempts }: { connect: number; stall: number; attempts: number } = limits.storage,
): S3Client {
  return new S3Client({
    region,
    ...(endpoint !== null && { endpoint }),
    ...(credentials !== null && { credentials }),
    forcePathStyle: pathStyle,
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: connect, socketTimeout: stall },
    // Not every store knows the newer checksums. The SHA-256 of each body is in its signature anyway.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    expectContinueHeader: false, // would cost a connection for each part
  });
}
