import { type ChildProcess, fork, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { get, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newSecretKey } from "../src/keyring.ts";
import { createScratchDatabase, withPostgres } from "./database.ts";

/**
 * Prints how long a large file takes into the registry and out of it, and how long a server that does no more than it must
 * takes for the same. Both are asked in turn in one run, each in a process of its own: only the ratio means something.
 */
const rounds = Number(process.argv[2] ?? 9);
const chunk = randomBytes(1024 * 1024);
const chunks = 256;
/** As long as those of browsers and of curl: it is searched for the quicker, the longer it is. */
const boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

const directory = await mkdtemp(join(tmpdir(), "time-files-"));
const children: ChildProcess[] = [];
try {
  await withPostgres(async (server) => {
    try {
      await run(await startBare(), await startRegistry(await createScratchDatabase(server)));
    } finally {
      for (const child of children) child.kill();
      await Promise.all(children.map((child) => once(child, "exit")));
    }
  });
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function run(bare: string, registry: Awaited<ReturnType<typeof startRegistry>>): Promise<void> {
  await compare(
    "upload",
    () => registry.upload(),
    () => send(bare, {}),
  );
  const url = await registry.downloadUrl();
  await compare(
    "download",
    () => receive(url),
    () => receive(bare),
  );
}

/** Medians of both, in an order that changes from round to round. */
async function compare(
  what: string,
  ours: () => Promise<unknown>,
  bare: () => Promise<unknown>,
): Promise<void> {
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = -1; round < rounds; round += 1) {
    for (const who of round % 2 ? (["ours", "bare"] as const) : (["bare", "ours"] as const)) {
      const since = performance.now();
      await { ours, bare }[who]();
      if (round >= 0) times[who].push(performance.now() - since); // the first ones warm up
    }
  }
  const median = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
  const [mine, least] = [median(times.ours), median(times.bare)];
  console.log(
    `${what} of ${chunks} MiB: ${mine.toFixed(0)} ms, bare ${least.toFixed(0)} ms, ratio ${(least / mine).toFixed(2)}; ` +
      `medians of ${rounds}, quickest ${times.ours[0]?.toFixed(0)} and ${times.bare[0]?.toFixed(0)} ms`,
  );
}

async function startBare(): Promise<string> {
  const child = fork(join(import.meta.dirname, "bare-file-server.ts"), [join(directory, "bare")]);
  children.push(child);
  const [port] = await once(child, "message");
  return `http://127.0.0.1:${port}/`;
}

async function startRegistry(databaseUrl: string) {
  const dataDir = join(directory, "data");
  const settings = { DATABASE_URL: databaseUrl, DATA_DIR: dataDir, SECRET_KEYS: newSecretKey(), PORT: "0" };
  const env = { ...process.env, ...settings };
  const child = spawn(process.execPath, ["dist/main.js"], { env, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  let output = "";
  const url = await new Promise<string>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const address = /listens at (\S+)/.exec(output)?.[1];
      if (address) resolve(address);
    });
  });
  const authorization = `Bearer ${(await readFile(join(dataDir, "owner-token"), "utf8")).trim()}`;
  const ask = async (query: string) => {
    const headers = { authorization, "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
    return JSON.parse(await response.text()).data;
  };
  const { createModel } = await ask('mutation { createModel(input: { name: "m" }) { model { id } } }');
  const { createModelVersion } = await ask(
    `mutation { createModelVersion(modelId: "${createModel.model.id}", input: { name: "v", type: LINE }) { modelVersion { id } } }`,
  );
  let uploads = 0;
  const upload = () => {
    uploads += 1;
    return sendForm(url, authorization, createModelVersion.modelVersion.id, `file ${uploads}`);
  };
  const downloadUrl = async (): Promise<string> => {
    const { node } = await ask(
      `{ node(id: "${createModelVersion.modelVersion.id}") { ... on ModelVersion {
        file(name: "file 1") { downloadUrl(expiresIn: 3600) }
      } } }`,
    );
    return node.file.downloadUrl;
  };
  return { upload, downloadUrl };
}

async function sendForm(url: string, authorization: string, id: string, name: string): Promise<void> {
  const query = `mutation ($file: Upload!) {
    createModelFile(modelVersionId: "${id}", input: { name: "${name}", file: $file }) { modelFile { id } }
  }`;
  const part = (disposition: string, text: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n${text}\r\n`;
  const head =
    part('name="operations"', JSON.stringify({ query, variables: { file: null } })) +
    part('name="map"', '{ "0": ["variables.file"] }') +
    part('name="0"; filename="a.bin"', "").slice(0, -2);
  const headers = { authorization, "content-type": `multipart/form-data; boundary=${boundary}` };
  const answer = await send(url, headers, head, `\r\n--${boundary}--\r\n`);
  if (!answer.includes('"modelFile":{"id"')) throw new Error(answer);
}

/** Gets the file, and takes no longer over it than it must. */
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
  // Each file is another one.
  chunk.writeDoubleBE(Math.random());
  for (let count = 0; count < chunks; count += 1) if (!outgoing.write(chunk)) await once(outgoing, "drain");
  outgoing.end(after);
  const [response] = await answering;
  let text = "";
  for await (const piece of response.setEncoding("utf8")) text += piece;
  return text;
}
