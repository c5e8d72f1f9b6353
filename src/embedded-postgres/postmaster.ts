import { spawn } from "node:child_process";
import { closeSync, fchownSync, openSync, renameSync, statSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Account } from "./account.ts";
import type { ClusterAccess } from "./cluster.ts";
import { EmbeddedPostgresError } from "./error.ts";
import type { Layout } from "./layout.ts";
import { inheritedPath, programEnvironment } from "./run.ts";

/** One life of PostgreSQL's main process. */
export interface Postmaster {
  pid: number;
  exited: Promise<void>;
  /** Ends all connections and waits for the exit: in good order, or after 10 s the hard way, which loses nothing either. */
  stop(): Promise<void>;
}

const maxLogBytes = 1_000_000;

/** Starts PostgreSQL and waits until it accepts connections. Rejects with its own words when it exits instead. */
export async function startPostmaster(
  layout: Layout,
  { binaries, account, lock }: ClusterAccess,
  settings: Record<string, string>,
): Promise<Postmaster> {
  const data = openSync(layout.data, "r");
  const log = openLog(layout.log, account);
  const logStart = statSync(layout.log).size;
  const assignments = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(binaries.postgres, ["-D", inheritedPath(3, layout.data), ...assignments], {
    ...account,
    cwd: "/",
    // A session of its own: Ctrl-C in the terminal is for the server, which then stops PostgreSQL.
    detached: true,
    env: programEnvironment(),
    // A file, not a pipe: PostgreSQL must survive the server, and is stopped in good order by the next one.
    stdio: ["ignore", log, log, data, lock],
  });
  for (const fd of [data, log]) closeSync(fd);

  let running = true;
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  }).then(() => {
    running = false;
  });
  // A database is no reason for a program to go on.
  child.unref();

  while (running && !(await isReady(layout.data, child.pid))) await Promise.race([exited, delay(10)]);
  if (!running || child.pid === undefined) throw await failure(layout, logStart);

  async function stop(): Promise<void> {
    child.ref();
    for (const [signal, patience] of [
      ["SIGINT", 10_000],
      ["SIGQUIT", 10_000],
      ["SIGKILL", 60_000],
    ] as const) {
      child.kill(signal);
      await Promise.race([exited, delay(patience, undefined, { ref: false })]);
      if (!running) return;
    }
  }
  return { pid: child.pid, exited, stop };
}

/** The last line of postmaster.pid says when connections are accepted. */
async function isReady(data: string, pid: number | undefined): Promise<boolean> {
  const lines = (await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  return Number(lines[0]) === pid && lines[7]?.trim() === "ready";
}

function openLog(path: string, account: Account | undefined): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxLogBytes) renameSync(path, `${path}.old`);
  const fd = openSync(path, "a", 0o600);
  if (account) fchownSync(fd, account.uid, account.gid);
  return fd;
}

async function failure({ directory, log }: Layout, logStart: number): Promise<EmbeddedPostgresError> {
  const file = await open(log);
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(64_000), position: logStart });
  await file.close();
  const lines = buffer.toString("utf8", 0, bytesRead).split("\n").filter(Boolean);
  const complaint =
    lines.findLast((line) => /FATAL|PANIC/.test(line)) ?? lines.at(-1) ?? "it left no message";
  return new EmbeddedPostgresError(
    `PostgreSQL does not start in ${directory}: ${complaint.replace(/^.*(?=FATAL|PANIC)/, "")} (see ${log})`,
  );
}
