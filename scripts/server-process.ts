import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface ServerProcess {
  process: ChildProcess;
  url: string;
  /** All that it has printed so far. */
  output(): string;
  /** Sends a signal, and waits for the exit; gives the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Runs a built program with this environment, and little else. */
export function runProgram(
  program: string,
  env: Record<string, string>,
  args: string[],
  folder: string,
): ChildProcess {
  const { PATH, HOME } = process.env;
  return spawn(process.execPath, [program, ...args], {
    env: { ...(PATH && { PATH }), ...(HOME && { HOME }), ...env },
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Resolves when the server listens, rejects when it ends instead. */
export async function listening(child: ChildProcess): Promise<ServerProcess> {
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

/** What a program has printed so far. */
export function collect(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
}
