import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { LocalStorage } from "../../src/storage-connector/local-storage.ts";
import { query } from "../../test/support/embedded-cluster.ts";

interface BlobRow {
  id: string;
  state: string;
  size: string;
  sha256: string;
  organizationId: string;
  referred: boolean;
}

/** What is wrong between rows and bytes when nobody uploads and a sweep has been; nothing when all is well. */
export async function differences(databaseUrl: string, filesDir: string): Promise<string[]> {
  const blobs = (await query(
    databaseUrl,
    `select b.id, b.state, b.size, encode(b.sha256, 'hex') as sha256, b.organization_id as "organizationId",
       exists (select from model_file f where f.blob_id = b.id) as referred
     from blob b`,
  )) as unknown as BlobRow[];
  const found: string[] = [];
  for (const blob of blobs) {
    if (!blob.referred) found.push(`Nothing refers to the blob ${blob.id}, which is ${blob.state}.`);
    else if (blob.state !== "READY") found.push(`A file has the blob ${blob.id}, which is ${blob.state}.`);
    else if (!(await hasItsBytes(filesDir, blob))) found.push(`The blob ${blob.id} has lost its bytes.`);
  }
  const sizes = new Map(blobs.map(({ id, size }) => [id, Number(size)]));
  for (const [key, size] of await bytesUnder(filesDir))
    if (size !== sizes.get(key))
      found.push(`Expected ${sizes.get(key) ?? "no"} bytes in the files of ${key}, got ${size}.`);
  return found;
}

async function hasItsBytes(filesDir: string, blob: BlobRow): Promise<boolean> {
  const storage = new LocalStorage(join(filesDir, blob.organizationId));
  const hash = createHash("sha256");
  let size = 0;
  try {
    for await (const chunk of await storage.read(blob.id)) {
      hash.update(chunk);
      size += chunk.length;
    }
  } catch {
    return false;
  }
  return size === Number(blob.size) && hash.digest("hex") === blob.sha256;
}

/** The paths of all files under a folder, from there. */
export async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** How many bytes the files of each blob have, whose key is the last UUID in their paths; what lists parts is not counted. */
async function bytesUnder(folder: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const path of await filesUnder(folder)) {
    if (basename(path) === "parts.json") continue;
    const key = path.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)?.at(-1) ?? path;
    sizes.set(key, (sizes.get(key) ?? 0) + (await stat(join(folder, path))).size);
  }
  return sizes;
}
