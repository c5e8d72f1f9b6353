import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { groupBy } from "../src/batch.ts";
import type { Measured } from "./load.ts";
import type { ServerName } from "./scenario.ts";

export interface Round extends Measured {
  scenario: string;
  /** How many the registry has. */
  versions: number;
  server: ServerName;
  /** Milliseconds of CPU that the server used for each request. */
  cpuMs: number | null;
}

/** Medians of the rounds of one server in one scenario. */
export interface Result {
  scenario: string;
  versions: number;
  server: ServerName;
  /** Requests a second. */
  rps: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  cpuMs: number | null;
  /** Its requests a second divided by PostGraphile's. */
  toPeer: number | null;
  /** … and by those of the server that does the least. */
  toLimit: number | null;
}

export function results(rounds: Round[]): Result[] {
  const groups = groupBy(rounds, ({ scenario, server, versions }) => `${scenario}/${server}/${versions}`);
  const rpsOf = (scenario: string, server: ServerName, versions: number) => {
    const group = groups.get(`${scenario}/${server}/${versions}`);
    return group && median(group.map(({ requests, seconds }) => requests / seconds));
  };
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const { scenario, server, versions } = first;
    const group = [first, ...others];
    const rps = rpsOf(scenario, server, versions) ?? 0;
    const to = (other: ServerName) => {
      const theirs = rpsOf(scenario, other, versions);
      return theirs ? round(rps / theirs, 2) : null;
    };
    const cpu = group.flatMap(({ cpuMs }) => (cpuMs === null ? [] : [cpuMs]));
    return {
      ...{ scenario, versions, server, rps: round(rps, 0) },
      p50: round(median(group.map(({ p50 }) => p50)), 2),
      p99: round(median(group.map(({ p99 }) => p99)), 2),
      cpuMs: cpu.length > 0 ? round(median(cpu), 3) : null,
      ...{ toPeer: to("postgraphile"), toLimit: to("limit") },
    };
  });
}

/** Of the columns that hold text. */
const widths = [22, 9, 12];

export function printTable(results: Result[]): void {
  const cells = (result: Result | null) =>
    (["scenario", "versions", "server", "rps", "p50", "p99", "cpuMs", "toPeer", "toLimit"] as const).map(
      (key, column) => {
        const text = String((result ? result[key] : key) ?? "–");
        return column in widths ? text.padEnd(widths[column] ?? 0) : text.padStart(9);
      },
    );
  const order = new Set(results.map(({ scenario }) => scenario));
  console.log(cells(null).join(""));
  for (const scenario of order) {
    const lines = results
      .filter((result) => result.scenario === scenario)
      .sort((a, b) => a.versions - b.versions || b.rps - a.rps);
    for (const line of lines) console.log(cells(line).join(""));
  }
}

/** On what it was measured. */
export async function machine(db: pg.Client) {
  const { rows } = await db.query("show server_version");
  const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8"));
  const [cpu] = cpus();
  return {
    date: new Date().toISOString(),
    cpu: cpu?.model,
    cores: cpus().length,
    memory: totalmem(),
    system: release(),
    node: process.version,
    postgresql: rows[0].server_version,
    packages: dependencies,
  };
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [lower, upper] = [(sorted.length - 1) >> 1, sorted.length >> 1];
  return ((sorted[lower] ?? 0) + (sorted[upper] ?? 0)) / 2;
}

function round(number: number, digits: number): number {
  return Number(number.toFixed(digits));
}
