import { closeSync, openSync } from "node:fs";
import { access, readFile, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Account } from "./account.ts";
import { EmbeddedPostgresError } from "./error.ts";
import type { Layout } from "./layout.ts";
import { tryLock } from "./lock.ts";
import { run } from "./run.ts";

/**
 * Waits until no PostgreSQL process of the directory is left, ending those that a killed server or a killed
 * postmaster left behind, and removes the stale postmaster.pid. Only for the owner of the server's lock: to
 * everyone else, such a process is somebody's live database. Returns the descriptor of PostgreSQL's lock,
 * which the next postmaster inherits.
 */
export async function clearLeftovers(layout: Layout, account: Account | undefined): Promise<number> {
  const started = Date.now();
  let lock: number | undefined;
  try {
    for (;;) {
      lock ??= await tryLock(layout.postgresLock);
      const pids = await postgresProcesses(layout.data, account);
      if (lock !== undefined && pids.length === 0) break;

      const waited = Date.now() - started;
      // Without the lock they are not ours: started by hand, or ours in their last microsecond.
      if (lock === undefined) await end(pids, layout.data, waited);
      if (waited > (lock === undefined ? 60_000 : 3_000)) throw stillThere(layout, pids);
      await delay(20);
    }
    await rm(join(layout.data, "postmaster.pid"), { force: true });
    return lock;
  } catch (error) {
    if (lock !== undefined) closeSync(lock);
    throw error;
  }
}

/** A postmaster shuts down in good order, for a while; without one, its processes have nothing left to do. */
async function end(pids: number[], data: string, waited: number): Promise<void> {
  const postmaster = await postmasterPid(data);
  if (postmaster !== undefined && pids.includes(postmaster) && waited < 20_000) {
    signal(postmaster, waited < 10_000 ? "SIGINT" : "SIGQUIT");
  } else {
    for (const pid of pids) signal(pid, waited < 10_000 ? "SIGQUIT" : "SIGKILL");
  }
}

/**
 * The processes named postgres that work in the data directory, which is what PostgreSQL's processes do from
 * start to end. Asked as the account they run as: root in a container may not look at other users' processes.
 */
async function postgresProcesses(data: string, account: Account | undefined): Promise<number[]> {
  if (!(await exists(data))) return [];
  if (process.platform !== "linux") return postgresProcessesByLsof(await realpath(data));

  const directory = openSync(data, "r");
  try {
    const script = 'for p in /proc/[0-9]*; do [ "$p/cwd" -ef /proc/self/fd/3 ] && echo "$p"; done';
    const { output } = await run("/bin/sh", ["-c", script], { account, inherit: [directory] });
    const found = output.split("\n").filter((line) => line.startsWith("/proc/"));
    const names = await Promise.all(found.map((path) => readFile(`${path}/comm`, "utf8").catch(() => "")));
    return found
      .filter((_, i) => names[i] === "postgres\n")
      .map((path) => Number(path.slice("/proc/".length)));
  } finally {
    closeSync(directory);
  }
}

async function postgresProcessesByLsof(data: string): Promise<number[]> {
  const { output } = await run("/usr/sbin/lsof", ["-a", "-c", "postgres", "-d", "cwd", "-Fn"]);
  return [...output.matchAll(/^p(\d+)\n(?:f.*\n)?n(.*)$/gm)]
    .filter(([, , cwd]) => cwd === data)
    .map(([, pid]) => Number(pid));
}

async function postmasterPid(data: string): Promise<number | undefined> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  return Number.parseInt(text, 10) || undefined;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself meanwhile.
  }
}

function stillThere({ directory }: Layout, pids: number[]): EmbeddedPostgresError {
  const who =
    pids.length > 0 ? `pid ${pids.join(", ")}` : "not visible from here, perhaps in another container";
  return new EmbeddedPostgresError(
    `${directory} is still in use by a PostgreSQL (${who}): end it, or choose another directory`,
  );
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
