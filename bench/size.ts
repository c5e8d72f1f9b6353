import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { median, timeUntilAnswer } from "../scripts/npm-start.ts";
import { round } from "./results.ts";
import { requestOf, type ServerName, servers } from "./scenario.ts";
import { exactFields } from "./scenarios/exact-fields.ts";
import { packagesOf, type RunningServer, startServer } from "./servers.ts";

/** What it takes to have a server, beside what its answers take. */
export interface Size {
  server: ServerName | "ours, npm start" | "ours, npm ci";
  /** Milliseconds from its start to its first answer. */
  startMs: number | null;
  /** MiB of memory after the first answer, and the most of it that was seen under load. */
  idleMiB: number | null;
  loadedMiB: number | null;
  /** Seconds that the installation of what it needs takes, and the MiB that it fills. */
  installS: number | null;
  installMiB: number | null;
}

interface Place {
  databaseUrl: string;
  dataDir: string;
  token: string;
  /** Bytes that each server was seen to hold under load. */
  loaded: Map<ServerName, number>;
  /** How often each is started. */
  count: number;
}

/** Starts each server some times, and installs each once. */
export async function measureSizes(place: Place): Promise<Size[]> {
  const sizes: Size[] = [];
  for (const server of servers) {
    const packages = packagesOf[server];
    sizes.push({
      server,
      ...(await startedOf(server, place)),
      loadedMiB: mebibytes(place.loaded.get(server) ?? null),
      ...(packages ? await installed("bench", { only: packages }) : await installed(".", { omitDev: true })),
    });
  }
  const none = { startMs: null, idleMiB: null, loadedMiB: null, installS: null, installMiB: null };
  sizes.push({ ...none, server: "ours, npm start", startMs: await timeNpmStart(place.count) });
  sizes.push({ ...none, server: "ours, npm ci", ...(await installed(".", {})) });
  return sizes;
}

async function startedOf(server: ServerName, { databaseUrl, dataDir, token, count }: Place) {
  const times: number[] = [];
  const memories: number[] = [];
  for (let round = 0; round < count; round += 1) {
    const since = performance.now();
    const running = await startServer(server, databaseUrl, dataDir);
    await firstAnswer(running, token);
    times.push(performance.now() - since);
    const memory = running.memory();
    if (memory !== null) memories.push(memory);
    await running.stop();
  }
  return {
    startMs: Math.round(median(times)),
    idleMiB: memories.length > 0 ? mebibytes(median(memories)) : null,
  };
}

async function firstAnswer({ name, url }: RunningServer, token: string): Promise<void> {
  const { path, body } = requestOf(exactFields, name, 1, { models: 1, versions: 1, filled: 1 });
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  const response = await fetch(url + path, { method: "POST", headers, body });
  if (!/"labelCount" ?: ?20/.test(await response.text())) throw new Error(`${name} gave no answer.`);
}

/** With a database of its own, on a folder that it has used before. */
async function timeNpmStart(count: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "registry-start-"));
  const times: number[] = [];
  // The first one makes the database.
  for (let round = 0; round <= count; round += 1) times.push(await timeUntilAnswer(folder));
  await rm(folder, { recursive: true });
  return Math.round(median(times.slice(1)));
}

/** Installs a package of this repository into an empty folder, or some of its dependencies at the versions of its lock file. */
async function installed(from: string, { only, omitDev }: { only?: string[]; omitDev?: boolean }) {
  const folder = await mkdtemp(join(tmpdir(), "registry-install-"));
  const root = join(import.meta.dirname, "..", from);
  await mkdir(folder, { recursive: true });
  for (const file of ["package.json", "package-lock.json"]) await cp(join(root, file), join(folder, file));
  if (only) {
    const { dependencies, name } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const needed = Object.fromEntries(only.map((each) => [each, dependencies[each]]));
    await writeFile(join(folder, "package.json"), JSON.stringify({ name, dependencies: needed }));
  }
  const run = promisify(execFile);
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", ...(omitDev ? ["--omit=dev"] : [])];
  const since = performance.now();
  await run("npm", [only ? "install" : "ci", ...quiet], { cwd: folder });
  const seconds = (performance.now() - since) / 1_000;
  const { stdout } = await run("du", ["-sk", join(folder, "node_modules")]);
  await rm(folder, { recursive: true });
  return { installS: round(seconds, 3), installMiB: Math.round(Number(stdout.split("\t")[0]) / 1024) };
}

function mebibytes(bytes: number | null): number | null {
  return bytes === null ? null : Math.round(bytes / 2 ** 20);
}
