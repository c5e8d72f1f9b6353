import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";

/** Where PostgreSQL says that it runs: its process id, and on the fourth line its port. */
export function pidFile(directory: string): string {
  return join(directory, "cluster", "data", "postmaster.pid");
}

/** NaN while there is none. */
export function postmasterPid(directory: string): number {
  return Number.parseInt(pidFileLines(directory)[0] ?? "", 10);
}

export function logOf(directory: string): string {
  return readFileSync(join(directory, "postgres.log"), "utf8");
}

/** The database behind a server's back. */
export function urlOf(directory: string): string {
  const password = readFileSync(join(directory, "cluster", "password"), "utf8");
  return `postgres://registry:${password}@127.0.0.1:${pidFileLines(directory)[3]}/registry`;
}

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  // The query is rejected too when the connection breaks; without a listener the test would end there.
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Asks again and again until it is so. The limit is the timeout of the test, after which it keeps nobody waiting. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(5, undefined, { ref: false });
}

function pidFileLines(directory: string): string[] {
  try {
    return readFileSync(pidFile(directory), "utf8").split("\n");
  } catch {
    return [];
  }
}
