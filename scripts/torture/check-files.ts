import { query, until } from "../../test/support/embedded-cluster.ts";
import { digestOf, type FileApi } from "./file-api.ts";
import type { FileClients } from "./file-clients.ts";
import type { RegistryProcess } from "./registry-process.ts";
import { differences } from "./store.ts";

/** @throws what is wrong with the files. @returns how many were looked at */
export async function checkFiles(
  registry: RegistryProcess,
  clients: FileClients,
  versionIds: string[],
  api: FileApi,
): Promise<string> {
  const { databaseUrl } = registry;
  await whenAllAreRead(databaseUrl);
  for (const id of clients.trashed.keys())
    await registry.ask("mutation ($id: ID!) { restoreModelFile(id: $id) { userErrors { message } } }", {
      id,
    });

  const wrong = api.unexpected.map((answer) => `Unexpected: ${JSON.stringify(answer)}`);
  const visible = new Map<string, string>();
  for (const versionId of versionIds)
    for (const file of await filesOf(registry, versionId)) {
      visible.set(file.id, file.sha256);
      const digest = await downloaded(file.downloadUrl);
      if (digest !== file.sha256) wrong.push(`${file.name} is ${file.status}, and comes as ${digest}.`);
    }
  const acknowledged = [...clients.live, ...clients.trashed];
  for (const [id, digest] of acknowledged)
    if (visible.get(id) !== digest) wrong.push(`${id} is not what was acknowledged: ${visible.get(id)}.`);

  await sweepInTwoWeeks(registry);
  wrong.push(...(await differences(databaseUrl, registry.filesDir)));
  if (wrong.length > 0) throw new Error(wrong.slice(0, 20).join("\n"));
  return `${acknowledged.length} acknowledged files and ${visible.size} visible ones whole, no orphan after one sweep`;
}

/** Those who read when they were killed still have their lease. */
async function whenAllAreRead(databaseUrl: string): Promise<void> {
  await query(
    databaseUrl,
    "update blob set check_at = least(check_at, clock_timestamp()) where state = 'VERIFYING'",
  );
  const unread = "select from model_file f join blob b on b.id = f.blob_id where b.state = 'VERIFYING'";
  await until(async () => (await query(databaseUrl, unread)).length === 0);
}

interface VisibleFile {
  id: string;
  name: string;
  status: string;
  sha256: string;
  downloadUrl: string | null;
}

async function filesOf(registry: RegistryProcess, versionId: string): Promise<VisibleFile[]> {
  const files: VisibleFile[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { node } = await registry.ask(
      `query ($id: ID!, $after: String) { node(id: $id) { ... on ModelVersion {
        files(first: 100, after: $after) {
          nodes { id name status sha256 downloadUrl } pageInfo { endCursor hasNextPage } } } } }`,
      { id: versionId, after },
    );
    files.push(...node.files.nodes);
    [after, more] = [node.files.pageInfo.endCursor, node.files.pageInfo.hasNextPage];
  }
  return files;
}

async function downloaded(url: string | null): Promise<string> {
  if (url === null) return "nothing";
  const response = await fetch(url);
  return response.ok ? digestOf(Buffer.from(await response.arrayBuffer())) : `status ${response.status}`;
}

/** What the sweep waits for lies back two weeks then. */
async function sweepInTwoWeeks(registry: RegistryProcess): Promise<void> {
  for (const change of [
    "update blob set touched_at = touched_at - interval '14 days' where state <> 'DOOMED'",
    "update pending_upload set expires_at = expires_at - interval '14 days'",
  ])
    await query(registry.databaseUrl, change);
  const { code, output } = await registry.sweep();
  if (code !== 0) throw new Error(`The sweep ended with ${code}: ${output}`);
}
