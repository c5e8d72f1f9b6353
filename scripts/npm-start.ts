import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Started {
  /** Sends an operation as the owner, and gives the text of the answer. */
  send(query: string, variables?: object): Promise<string>;
  stop(): Promise<void>;
}

/** Runs `npm start`, as a user does, on a data directory; resolves when it listens. */
export async function npmStart(dataDir: string): Promise<Started> {
  const env = { ...process.env, DATA_DIR: dataDir, PORT: "0" };
  const npm = spawn("npm", ["start"], { env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  for await (const chunk of npm.stdout) {
    output += chunk;
    if (/listens at \S+/.test(output)) break;
  }
  const [, url = ""] = /listens at (\S+)/.exec(output) ?? [];
  const token = (await readFile(join(dataDir, "owner-token"), "utf8")).trim();
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  return {
    send: async (query, variables) =>
      (await fetch(url, { method: "POST", headers, body: JSON.stringify({ query, variables }) })).text(),
    stop: async () => {
      npm.kill("SIGTERM");
      await once(npm, "exit");
    },
  };
}

/** Milliseconds from `npm start` on a data directory until the API answers with the name of its owner. */
export async function timeUntilAnswer(dataDir: string): Promise<number> {
  const start = performance.now();
  const { send, stop } = await npmStart(dataDir);
  const answer = await send("{ viewer { user { name } } }");
  if (!answer.includes("Owner")) throw new Error("That was no answer.");
  const time = performance.now() - start;
  await stop();
  return time;
}

export function median(times: number[]): number {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}
