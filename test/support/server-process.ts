import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";
import { collect, listening, runProgram, type ServerProcess } from "../../scripts/server-process.ts";

export type { ServerProcess };

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
  return listening(watched("dist/main.js", { PORT: "0", ...env }, args, folder));
}

/** Runs the built server until it ends by itself. */
export function runToEnd(env: Record<string, string>, args: string[] = [], folder = ".") {
  return outputOf(watched("dist/main.js", env, args, folder));
}

/** Runs the built administration beside the server. */
export function runAdmin(env: Record<string, string>, args: string[]) {
  return outputOf(watched("dist/admin.js", env, args, "."));
}

async function outputOf(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  const output = collect(child);
  const [code] = await once(child, "close");
  return { code, output: output() };
}

function watched(...program: Parameters<typeof runProgram>): ChildProcess {
  const child = runProgram(...program);
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}
