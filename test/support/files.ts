import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { v7 as uuidv7 } from "uuid";
import { Blob } from "../../src/blob/blob.ts";
import { detectFormat, headBytes } from "../../src/blob/detect-format.ts";
import { settleBlob } from "../../src/blob/settle-blob.ts";
import type { Context } from "../../src/context.ts";
import { addModelFile } from "../../src/model-file/add-model-file.ts";
import { lockModelVersion } from "../../src/model-version/edit-section.ts";
import { toGlobalId } from "../../src/node/id.ts";
import { defaultConnector, Storages } from "../../src/storage-connector/storages.ts";
import type { Viewer } from "../../src/viewer/viewer.ts";
import type { Registry } from "./registry.ts";
import { uuid } from "./seed.ts";
import { filesDir } from "./test-server.ts";

let count = 0;

export interface StoredFile {
  name?: string;
  filename?: string;
  contentType?: string | null;
}

/** A file with its bytes, put in place without an upload: for tests of what comes after one. Gives its id. */
export async function aStoredFile(
  { db, organizationId, userId }: Pick<Registry, "db" | "organizationId" | "userId">,
  versionId: string,
  bytes: Buffer,
  { name = `stored file ${++count}`, filename = "best.onnx", contentType = null }: StoredFile = {},
): Promise<string> {
  const connector = await defaultConnector(db, organizationId);
  const [blobId, id] = [uuidv7(), uuidv7()];
  const { id: storageConnectorId } = connector;
  await db.manager.insert(Blob, { id: blobId, organizationId, storageConnectorId, state: "STAGED" });
  await new Storages(filesDir).open(connector).write(blobId, Readable.from([bytes]));

  const read = {
    size: bytes.length,
    sha256: createHash("sha256").update(bytes).digest(),
    format: detectFormat(bytes.subarray(0, headBytes), bytes.length),
  };
  const context = { trashDays: 30, viewer: { organizationId, userId } } as Context;
  const file = { versionUuid: uuid(versionId), name, filename, contentType, replace: false };
  await db.transaction(async (tx) => {
    await lockModelVersion(tx, context.viewer as Viewer, file.versionUuid, ["modelVersionId"]); // before the bytes, as everybody
    await addModelFile(tx, context, { ...file, id, blobId: await settleBlob(tx, blobId, read) });
  });
  return toGlobalId("ModelFile", id);
}

/** Where the bytes of a file are on the disk. */
export async function diskPathOf({ db }: Pick<Registry, "db">, fileId: string): Promise<string> {
  const [file] = await db.query(
    "select blob_id from model_file where id = $1 union all select blob_id from artifact where id = $1",
    [uuid(fileId)],
  );
  const paths = readdirSync(filesDir, { recursive: true, encoding: "utf8" });
  const path = paths.find((each) => each.endsWith(file.blob_id));
  if (!path) throw new Error("There are no bytes.");
  return join(filesDir, path);
}
