import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";
import type { FastifyInstance } from "fastify";
import type { DataSource } from "typeorm";
import { Keyring, newSecretKey, parseSecretKeys } from "../../src/keyring.ts";
import { createServer, type ServerConfig } from "../../src/server.ts";
import { Storages } from "../../src/storage-connector/storages.ts";

/** Where the servers of this test file keep files. */
export const filesDir = mkdtempSync(join(tmpdir(), "registry-files-"));

/** The whole suite has to pass both ways. */
export const readAhead = process.env.READ_AHEAD !== "false";
const compile = process.env.COMPILE !== "false";
const writeJson = process.env.WRITE_JSON !== "false";

/** The keys of the servers of this test file. */
export const testSecretKeys = parseSecretKeys(newSecretKey()) ?? [];
export const testKeyring = new Keyring(testSecretKeys);

/** Opens the storages of the servers of this test file. */
export const storages = storagesWith(testKeyring);

const servers: FastifyInstance[] = [];

afterAll(async () => {
  for (const server of servers) await server.close();
  rmSync(filesDir, { recursive: true, force: true });
});

/** A server on a free port, in the process of the test. */
export async function aServer(
  db: DataSource,
  config: Partial<ServerConfig> = {},
  keyring = testKeyring,
  where = keyring === testKeyring ? storages : storagesWith(keyring),
): Promise<{ app: FastifyInstance; address: string }> {
  const app = await createServer(
    {
      corsOrigins: ["https://app.example.com"],
      trashDays: 30,
      readAhead,
      introspection: true,
      playground: true,
      compile,
      writeJson,
      compileAfter: 0, // what comes once, too
      logLevel: "silent",
      maxFileSize: 2 ** 40,
      publicUrl: null,
      ...config,
    },
    db,
    { keyring, storages: where },
  );
  servers.push(app);
  return { app, address: await app.listen({ host: "127.0.0.1", port: 0 }) };
}

function storagesWith(keyring: Keyring): Storages {
  const s3EnvironmentBuckets = ["http://127.0.0.1:9/models"];
  return new Storages(filesDir, { keyring, s3Endpoints: "*", s3EnvironmentBuckets });
}
