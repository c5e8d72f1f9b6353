import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";

export interface ServerProcess {
  process: ChildProcess;
  url: string;
  /** All that it has printed so far. */
  output(): string;
  /** Sends a signal, and waits for the exit; gives the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

const children = new Set<ChildProcess>();
const folders: string[] = [];

afterAll(async () => {
  for (const child of children) {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Asks every server that still runs to stop. */
export function stopAll(): void {
  for (const child of children) child.kill("SIGTERM");
}

export function aDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), "registry-data-"));
  folders.push(folder);
  return folder;
}

export function tokenOf(dataDir: string): string {
  return readFileSync(join(dataDir, "owner-token"), "utf8").trim();
}

/** Runs the built server with this environment on a free port; resolves when it listens, rejects when it ends instead. */
export async function startServer(
  env: Record<string, string>,
  args: string[] = [],
  folder = ".",
): Promise<ServerProcess> {
  const child = runProgram("dist/main.js", { PORT: "0", ...env }, args, folder);
  const output = collect(child);
  const exited = once(child, "exit");
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on("data", () => {
      const address = /listens at (\S+)/.exec(output())?.[1];
      if (address) resolve(address);
    });
    void exited.then(([code]) => reject(new Error(`The server ended with ${code}: ${output()}`)));
  });
  const end = async (signal: NodeJS.Signals = "SIGTERM") => {
    child.kill(signal);
    const [code] = await exited;
    return code as number | null;
  };
  return { process: child, url, output, end };
}

/** Runs the built server until it ends by itself. */
export function runToEnd(env: Record<string, string>, args: string[] = [], folder = ".") {
  return outputOf(runProgram("dist/main.js", env, args, folder));
}

/** Runs the built administration beside the server. */
export function runAdmin(env: Record<string, string>, args: string[]) {
  return outputOf(runProgram("dist/admin.js", env, args, "."));
}

async function outputOf(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  const output = collect(child);
  const [code] = await once(child, "close");
  return { code, output: output() };
}

function runProgram(
  program: string,
  env: Record<string, string>,
  args: string[],
  folder: string,
): ChildProcess {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...(PATH && { PATH }), ...(HOME && { HOME }), ...env },
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

function collect(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
}
