import { aStoredFile, type StoredFile } from "./files.ts";
import type { Registry } from "./registry.ts";
import { aModel, aVersion } from "./seed.ts";

export interface StoredDownload {
  url: string;
  fileId: string;
  versionId: string;
}

/** A new file in a new version, and the URL of its download. */
export async function aDownload(
  registry: Registry,
  bytes: Buffer,
  file: StoredFile = {},
): Promise<StoredDownload> {
  const versionId = await aVersion(registry, await aModel(registry));
  const fileId = await aStoredFile(registry, versionId, bytes, file);
  return { url: await urlOf(registry, fileId), fileId, versionId };
}

/** The URL of a file's download. */
export async function urlOf(
  registry: Pick<Registry, "ask">,
  fileId: string,
  expiresIn = 300,
): Promise<string> {
  const { node } = await registry.ask(
    `query ($id: ID!, $expiresIn: Int!) {
      node(id: $id) { ... on ModelFile { downloadUrl(expiresIn: $expiresIn) } }
    }`,
    { id: fileId, expiresIn },
  );
  return node.downloadUrl;
}

/** The status of an answer, and the code of its error. */
export async function refusalOf(response: Response): Promise<[number, string]> {
  return [response.status, JSON.parse(await response.text()).errors[0].extensions.code];
}
