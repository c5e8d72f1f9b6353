import { fork } from "node:child_process";
import { once } from "node:events";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Round } from "./results.ts";
import { globalId } from "./rows.ts";
import type { RunningServer } from "./servers.ts";
import type { Transfer, Transferred } from "./transfer.ts";

/** As long as those of browsers and of curl: it is searched for the quicker, the longer it is. */
const boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

export const fileScenarios = ["upload", "download"] as const;

interface FileServer {
  running: RunningServer;
  /** Sends it a file that is made from a number. */
  upload(seed: number): Transfer;
  /** Takes the file that was sent last. */
  download(): Promise<Transfer>;
}

interface Options {
  count: number;
  chosen: readonly string[];
  token: string;
  /** Where all of them keep files. */
  dataDir: string;
}

/**
 * A file of 256 MiB into the registry and out of it, beside a server that does no more than it must: one at a time, in turn.
 * Whoever uploads finds memory and blocks that were used before and are free again, and not such as the machine has never touched.
 *
 * @throws Error when one of them has taken in something else than what was sent
 */
export async function measureFiles(
  servers: RunningServer[],
  { count, chosen, token, dataDir }: Options,
): Promise<Round[]> {
  const client = fork(join(import.meta.dirname, "transfer.ts"));
  const ended = once(client, "exit").then(() => {
    throw new Error("The process that transfers files ended.");
  });
  ended.catch(() => {}); // in the end it is told to
  const asked = servers.flatMap((running) => {
    if (running.name === "ours") return [registry(running, `Bearer ${token}`)];
    return running.name === "limit" ? [bare(running)] : [];
  });
  const transfer = async (what: Transfer): Promise<Transferred> => {
    client.send(what);
    const [transferred] = await Promise.race([once(client, "message"), ended]);
    return transferred;
  };
  const measured: Round[] = [];
  try {
    for (const scenario of fileScenarios) {
      if (!chosen.includes(scenario)) continue;
      if (scenario === "download") {
        const seed = Math.random();
        for (const server of asked) await transfer(server.upload(seed));
      }
      for (let round = 0; round <= count; round += 1) {
        const seed = Math.random(); // each file is another one
        const answers = new Set<string>();
        for (const server of asked) {
          if (scenario === "upload") await removeFiles(dataDir);
          const hashed = round === 0;
          const what = scenario === "upload" ? server.upload(seed) : { ...(await server.download()), hashed };
          const before = server.running.cpu();
          const { text, milliseconds: time } = await transfer(what);
          const after = server.running.cpu();
          if (scenario === "upload" || hashed) answers.add(digestIn(text));
          if (round === 0) continue; // it warms up
          const cpuMs = before === null || after === null ? null : after - before;
          const figures = { requests: 1, seconds: time / 1_000, p50: time, p99: time, cpuMs };
          measured.push({ scenario, server: server.running.name, ...figures });
        }
        if (answers.size > 1) throw new Error(`${scenario}: expected one digest, got ${[...answers]}.`);
        asked.reverse();
      }
    }
  } finally {
    client.kill();
  }
  return measured;
}

function digestIn(answer: string): string {
  const [digest] = /[0-9a-f]{64}/.exec(answer) ?? [];
  if (!digest) throw new Error(answer);
  return digest;
}

/** What is as large as nothing else here. */
async function removeFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await stat(path)).size > 100_000_000) await rm(path, { force: true });
  }
}

function bare(running: RunningServer): FileServer {
  const url = `${running.url}/file`;
  return {
    running,
    upload: (seed) => ({ url, sent: { seed, headers: {}, before: "", after: "" } }),
    download: async () => ({ url }),
  };
}

function registry(running: RunningServer, authorization: string): FileServer {
  const url = `${running.url}/graphql`;
  const version = globalId("ModelVersion", 1);
  let count = 0;
  const ask = async () => {
    const query = `{ node(id: "${version}") { ... on ModelVersion { file(name: "upload ${count}") { downloadUrl(expiresIn: 3600) } } } }`;
    const headers = { authorization, "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
    const { node } = JSON.parse(await response.text()).data;
    return node.file.downloadUrl as string;
  };
  return {
    running,
    upload: (seed) => {
      count += 1;
      return { url, sent: { seed, ...formOf(authorization, version, `upload ${count}`) } };
    },
    download: async () => ({ url: await ask() }),
  };
}

function formOf(authorization: string, id: string, name: string) {
  const query = `mutation ($file: Upload!) {
    createModelFile(modelVersionId: "${id}", input: { name: "${name}", file: $file }) {
      modelFile { sha256 }
      userErrors { message }
    }
  }`;
  const part = (disposition: string, text: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n${text}\r\n`;
  const before =
    part('name="operations"', JSON.stringify({ query, variables: { file: null } })) +
    part('name="map"', '{ "0": ["variables.file"] }') +
    part('name="0"; filename="a.bin"', "").slice(0, -2);
  const headers = { authorization, "content-type": `multipart/form-data; boundary=${boundary}` };
  return { headers, before, after: `\r\n--${boundary}--\r\n` };
}
