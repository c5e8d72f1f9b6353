import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { DataSource } from "typeorm";
import { apiError } from "../errors.ts";
import { wantedOf } from "../http/conditional.ts";
import type { Keyring } from "../keyring.ts";
import { limits } from "../limits.ts";
import { type Storage, StorageError } from "../storage-connector/storage.ts";
import type { Storages } from "../storage-connector/storages.ts";
import { type Download, findDownload, headersOf, noteDamage, saveAs, tagOf, tagPrefix } from "./download.ts";
import { readDownloadUrl } from "./download-url.ts";

interface Parts {
  db: DataSource;
  keyring: Keyring;
  storages: Storages;
}

/**
 * Sends the bytes of files to whoever has a signed URL: itself, or by sending the client on to the storage.
 *
 * @param patience milliseconds in which a client may take nothing.
 */
export function sendFiles(
  app: FastifyInstance,
  { db, keyring, storages }: Parts,
  patience: number = limits.stalledReader,
): void {
  app.route({
    method: ["GET", "HEAD"],
    url: "/files/:id/*",
    handler: async (request, reply) => {
      const file = await findDownload(db, readDownloadUrl(keyring, request.url));
      const storage = await storages.of(db, file.storageConnectorId);
      await expectWhole(db, storage, file);
      const elsewhere =
        !isAnsweredHere(request) &&
        (await storage.readUrl(file.blobId, limits.storageUrlSeconds, saveAs(file)));
      if (elsewhere) return reply.header("cache-control", "no-store").redirect(elsewhere, 302);
      reply.raw.setTimeout(patience); // then the socket is destroyed
      const bytes = await answer(storage, file, request, reply);
      if (bytes) endWith(request.raw, bytes);
      bytes?.once("error", (error) => {
        if (error instanceof StorageError && error.failure === "MISSING")
          noteDamage(db, file).catch(() => {}); // the next download notes it
      });
      return reply.send(bytes);
    },
  });
}

/** A connection can end before it was the turn of one of several answers on it: of that only the request is told. */
function endWith(request: IncomingMessage, bytes: Readable): void {
  const end = () => bytes.destroy();
  if (request.destroyed) end();
  else request.once("close", end);
}

/** A HEAD, because the storage's URL is good for a GET only; and what speaks of a tag, because the storage has others for the same bytes. */
function isAnsweredHere({ method, headers }: FastifyRequest): boolean {
  const tags = [headers["if-match"], headers["if-none-match"], headers["if-range"]?.toString()];
  return method === "HEAD" || tags.some((each) => each?.includes(tagPrefix));
}

/** What is short already must not be sent: its headers would say that all is well. */
async function expectWhole(db: DataSource, storage: Storage, file: Download): Promise<void> {
  if ((await storage.size(file.blobId)) === file.size) return;
  await noteDamage(db, file);
  throw apiError("FILE_DAMAGED", "The bytes of this file are not there, or not all of them.");
}

/** The bytes that a request asks for, whose headers have been set; nothing for an answer without any. */
async function answer(storage: Storage, file: Download, request: FastifyRequest, reply: FastifyReply) {
  const wanted = wantedOf(request, tagOf(file));
  reply.code(wanted.status).headers(headersOf(file, wanted));
  if (wanted.status === 412)
    throw apiError(
      "PRECONDITION_FAILED",
      "Expected conditions that the file meets: see its ETag and Last-Modified.",
    );
  if (wanted.status === 416)
    throw apiError("RANGE_NOT_SATISFIABLE", `Expected a range of the file's ${file.size} bytes.`);
  return wanted.range && request.method === "GET" ? storage.read(file.blobId, wanted.range) : undefined;
}
