import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { newSecretKey } from "../src/keyring.ts";
import type { ServerName } from "./scenario.ts";

export interface RunningServer {
  name: ServerName;
  url: string;
  /** Milliseconds of CPU that it has used so far; null where the system does not tell. */
  cpu(): number | null;
  /** Bytes of memory that it holds now; null where the system does not tell. */
  memory(): number | null;
  stop(): Promise<void>;
}

const here = import.meta.dirname;
const secretKeys = newSecretKey();
const tsx = ["--import", "tsx"];

/** How each is run. PostGraphile needs a newer Node than ours: a package brings one, which only it uses. */
const programs: { [server in ServerName]: [string, ...string[]] } = {
  limit: [process.execPath, ...tsx, join(here, "servers/limit.ts")],
  ours: [process.execPath, join(here, "../dist/main.js")],
  postgraphile: [join(here, "node_modules/.bin/node"), ...tsx, join(here, "servers/postgraphile.ts")],
  tutorial: [process.execPath, ...tsx, join(here, "servers/tutorial.ts")],
};

/** What each needs of the packages in `bench`; null for ours, which has its own. */
export const packagesOf: { [server in ServerName]: string[] | null } = {
  limit: ["pg"],
  ours: null,
  postgraphile: ["postgraphile", "pg"],
  tutorial: [
    ...["@apollo/server", "@as-integrations/express5", "dataloader", "express", "graphql", "pg"],
    ...["reflect-metadata", "typeorm"],
  ],
};

/** Runs a server in a process of its own, as in production. */
export async function startServer(
  name: ServerName,
  databaseUrl: string,
  dataDir: string,
): Promise<RunningServer> {
  const [program, ...args] = programs[name];
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      ...{
        DATABASE_URL: databaseUrl,
        NODE_ENV: "production",
        GRAPHILE_ENV: "production",
        PORT: "0",
        DATA_DIR: dataDir,
        SECRET_KEYS: secretKeys,
      },
      TSX_TSCONFIG_PATH: join(here, "tsconfig.json"),
    },
  });
  const exited = once(child, "exit");
  const url = await Promise.race([addressOf(child), exited.then(() => undefined)]);
  if (!url) throw new Error(`${name} ended before it listened.`);
  const stop = async () => {
    child.kill("SIGTERM");
    await exited;
  };
  return { name, url, cpu: () => cpuOf(child.pid), memory: () => memoryOf(child.pid), stop };
}

function addressOf(child: ChildProcess): Promise<string> {
  let output = "";
  return new Promise((resolve) => {
    // It is read to the end: whoever writes to a pipe that nobody reads would stop.
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      const [, url] = /listens at (https?:\/\/[^/\s]+)/.exec(output) ?? [];
      if (url) resolve(url);
    });
  });
}

/** The kernel counts in hundredths of a second, whatever the machine. */
function cpuOf(pid: number | undefined): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}

function memoryOf(pid: number | undefined): number | null {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
