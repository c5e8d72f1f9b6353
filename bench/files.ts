import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { get, request } from "node:http";
import type { Round } from "./results.ts";
import { globalId } from "./rows.ts";
import type { RunningServer } from "./servers.ts";

const chunk = randomBytes(1024 * 1024);
const chunks = 256;

/** As long as those of browsers and of curl: it is searched for the quicker, the longer it is. */
const boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

export const fileScenarios = ["upload", "download"] as const;

interface FileServer {
  running: RunningServer;
  /** Takes a file, and gives its digest. */
  upload(): Promise<string>;
  download(): Promise<void>;
}

/**
 * A file of 256 MiB into the registry and out of it, beside a server that does no more than it must: one at a time, in turn.
 *
 * @throws Error when one of them has taken in something else than what was sent
 */
export async function measureFiles(
  servers: RunningServer[],
  token: string,
  { count, chosen }: { count: number; chosen: readonly string[] },
): Promise<Round[]> {
  const asked = servers.flatMap((running) => {
    if (running.name === "ours") return [registry(running, `Bearer ${token}`)];
    return running.name === "limit" ? [bare(running)] : [];
  });
  const measured: Round[] = [];
  for (const scenario of fileScenarios) {
    if (!chosen.includes(scenario)) continue;
    if (scenario === "download") for (const server of asked) await server.upload();
    for (let round = 0; round <= count; round += 1) {
      if (scenario === "upload") chunk.writeDoubleBE(Math.random()); // each file is another one
      const answers = new Set<unknown>();
      for (const server of asked) {
        const before = server.running.cpu();
        const since = performance.now();
        answers.add(await server[scenario]());
        const time = performance.now() - since;
        const after = server.running.cpu();
        if (round === 0) continue; // it warms up
        const cpuMs = before === null || after === null ? null : after - before;
        const figures = { requests: 1, seconds: time / 1_000, p50: time, p99: time, cpuMs };
        measured.push({ scenario, server: server.running.name, ...figures });
      }
      if (answers.size > 1) throw new Error(`${scenario}: expected one digest, got ${[...answers]}.`);
      asked.reverse();
    }
  }
  return measured;
}

function bare(running: RunningServer): FileServer {
  const url = `${running.url}/file`;
  return { running, upload: () => send(url, {}), download: () => receive(url) };
}

function registry(running: RunningServer, authorization: string): FileServer {
  const url = `${running.url}/graphql`;
  const version = globalId("ModelVersion", 1);
  let count = 0;
  let downloadUrl: string | undefined;
  const ask = async () => {
    const query = `{ node(id: "${version}") { ... on ModelVersion { file(name: "upload ${count}") { downloadUrl(expiresIn: 3600) } } } }`;
    const headers = { authorization, "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
    const { node } = JSON.parse(await response.text()).data;
    return node.file.downloadUrl as string;
  };
  return {
    running,
    upload: () => {
      count += 1;
      return sendForm(url, authorization, version, `upload ${count}`);
    },
    download: async () => {
      downloadUrl ??= await ask();
      await receive(downloadUrl);
    },
  };
}

async function sendForm(url: string, authorization: string, id: string, name: string): Promise<string> {
  const query = `mutation ($file: Upload!) {
    createModelFile(modelVersionId: "${id}", input: { name: "${name}", file: $file }) {
      modelFile { sha256 }
      userErrors { message }
    }
  }`;
  const part = (disposition: string, text: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n${text}\r\n`;
  const head =
    part('name="operations"', JSON.stringify({ query, variables: { file: null } })) +
    part('name="map"', '{ "0": ["variables.file"] }') +
    part('name="0"; filename="a.bin"', "").slice(0, -2);
  const headers = { authorization, "content-type": `multipart/form-data; boundary=${boundary}` };
  const answer = await send(url, headers, head, `\r\n--${boundary}--\r\n`);
  const [, digest] = /"sha256":"([0-9a-f]{64})"/.exec(answer) ?? [];
  if (!digest) throw new Error(answer);
  return digest;
}

/** Gets a file, and takes no longer over it than it must. */
async function receive(url: string): Promise<void> {
  const [response] = await once(get(url), "response");
  let size = 0;
  response.on("data", (piece: Buffer) => {
    size += piece.length;
  });
  await once(response, "end");
  if (size !== chunk.length * chunks) throw new Error(`${response.statusCode}: ${size} bytes`);
}

/** Posts the file, with what stands before and after it, and gives the answer. */
async function send(url: string, headers: object, before = "", after = ""): Promise<string> {
  const outgoing = request(url, { method: "POST", headers: { ...headers } });
  const answering = once(outgoing, "response");
  outgoing.write(before);
  for (let count = 0; count < chunks; count += 1) if (!outgoing.write(chunk)) await once(outgoing, "drain");
  outgoing.end(after);
  const [response] = await answering;
  let text = "";
  for await (const piece of response.setEncoding("utf8")) text += piece;
  return text;
}
