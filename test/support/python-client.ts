import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { test } from "@jest/globals";

const { status } = spawnSync("python3", ["--version"]);

/** A test that needs Python. */
export const withPython = status === 0 ? test : test.skip;

export interface Ran {
  /** Null: ended by a signal. */
  code: number | null;
  /** What it prints as its result. */
  result: string;
  complaint: string;
}

export interface Running {
  process: ChildProcess;
  ended: Promise<Ran>;
}

/** Runs the client as a command. */
export function startClient(env: { url: string; token: string }, args: string[]): Running {
  return startPython(["clients/python/model_registry.py", ...args], {
    REGISTRY_URL: env.url,
    REGISTRY_TOKEN: env.token,
  });
}

/** Runs a program that uses the client as a module. */
export function runProgram(text: string): Promise<Ran> {
  return startPython(["-c", text], { PYTHONPATH: "clients/python" }).ended;
}

/** Runs Python with these arguments. */
export function startPython(args: string[], env: Record<string, string>): Running {
  const { PATH = "" } = process.env;
  const child = spawn("python3", ["-B", ...args], {
    env: { PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { result: "", complaint: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.result += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.complaint += text;
  });
  const ended = once(child, "close").then(([code]) => ({ code, ...output, result: output.result.trim() }));
  return { process: child, ended };
}
