import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import S3rver from "s3rver";
import { LocalStorage } from "../../src/storage-connector/local-storage.ts";
import { type S3Access, s3Client } from "../../src/storage-connector/s3-client.ts";
import { S3Storage } from "../../src/storage-connector/s3-storage.ts";
import type { Storage } from "../../src/storage-connector/storage.ts";
import { S3StandIn } from "./s3-stand-in.ts";

/** A kind of storage that keeps the contract. */
export interface Kind {
  name: string;
  /** What this server of other people's does not know. */
  gaps: ("parts under way" | "the first byte alone")[];
  open(): Promise<{ storage: Storage; close(): Promise<void> }>;
}

/** Where the stand-in and others are reached, with what they know of. */
export function accessTo(endpoint: string, credentials: NonNullable<S3Access["credentials"]>): S3Access {
  return { endpoint, region: "us-east-1", pathStyle: true, credentials };
}

const localDisk: Kind = {
  name: "local disk",
  gaps: [],
  async open() {
    const folder = mkdtempSync(join(tmpdir(), "storage-"));
    return {
      storage: new LocalStorage(join(folder, "files", "organization")),
      close: async () => rmSync(folder, { recursive: true }),
    };
  },
};

const standIn: Kind = {
  name: "the stand-in",
  gaps: [],
  async open() {
    const server = new S3StandIn();
    const client = s3Client(accessTo(await server.open(), server.credentials));
    return {
      storage: new S3Storage(client, server.bucket, "files/"),
      close: () => {
        client.destroy();
        return server.close();
      },
    };
  },
};

/**
 * Of other people: checks signatures, those of URLs too. Knows neither ListParts, ListMultipartUploads nor
 * AbortMultipartUpload, and answers `Range: bytes=0-0` with the whole object.
 */
const s3rver: Kind = {
  name: "s3rver 3.7.1",
  gaps: ["parts under way", "the first byte alone"],
  async open() {
    const directory = mkdtempSync(join(tmpdir(), "s3rver-"));
    const configureBuckets = [{ name: "models", configs: [] }];
    const server = new S3rver({ port: 0, silent: true, directory, configureBuckets, vhostBuckets: false });
    const { port } = await server.run();
    const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
    const client = s3Client(accessTo(`http://127.0.0.1:${port}`, credentials));
    return {
      storage: new S3Storage(client, "models", "files/"),
      close: async () => {
        client.destroy();
        await server.close();
        rmSync(directory, { recursive: true });
      },
    };
  },
};

/** Any other store, such as the one that `scripts/swift.sh` runs. */
function another(endpoint: string): Kind {
  const { S3_TEST_ACCESS_KEY_ID = "", S3_TEST_SECRET_ACCESS_KEY = "" } = process.env;
  const credentials = { accessKeyId: S3_TEST_ACCESS_KEY_ID, secretAccessKey: S3_TEST_SECRET_ACCESS_KEY };
  const Bucket = `registry-test-${process.pid}`;
  return {
    name: endpoint,
    gaps: [],
    async open() {
      const client = s3Client(accessTo(endpoint, credentials));
      await client.send(new CreateBucketCommand({ Bucket }));
      return { storage: new S3Storage(client, Bucket, "files/"), close: async () => client.destroy() };
    },
  };
}

export const kinds: Kind[] = [
  localDisk,
  standIn,
  s3rver,
  ...(process.env.S3_TEST_ENDPOINT ? [another(process.env.S3_TEST_ENDPOINT)] : []),
];
