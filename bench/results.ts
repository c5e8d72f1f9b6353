import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { groupBy } from "../src/batch.ts";
import type { Measured } from "./load.ts";
import { type ServerName, servers } from "./scenario.ts";
import { linear } from "./scenarios/linear.ts";

export interface Round extends Measured {
  scenario: string;
  server: ServerName;
  /** Milliseconds of CPU that the server used for each request. */
  cpuMs: number | null;
}

/** Medians of the rounds of one server in one scenario. */
export interface Result {
  scenario: string;
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

/** Milliseconds that a server takes for each of the versions in one answer. */
export interface Linear {
  server: ServerName;
  versions: number;
  msPerVersion: number;
  /** … divided by what it takes for each in the smallest answer. */
  toSmallest: number;
}

export function results(rounds: Round[]): Result[] {
  const groups = groupBy(rounds, ({ scenario, server }) => `${scenario}/${server}`);
  const rpsOf = (scenario: string, server: ServerName) => {
    const group = groups.get(`${scenario}/${server}`);
    return group && median(group.map(({ requests, seconds }) => requests / seconds));
  };
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const { scenario, server } = first;
    const group = [first, ...others];
    const rps = rpsOf(scenario, server) ?? 0;
    const to = (other: ServerName) => {
      const theirs = rpsOf(scenario, other);
      return theirs ? round(rps / theirs, 3) : null;
    };
    const cpu = group.flatMap(({ cpuMs }) => (cpuMs === null ? [] : [cpuMs]));
    return {
      ...{ scenario, server, rps: round(rps, 3) },
      p50: round(median(group.map(({ p50 }) => p50)), 3),
      p99: round(median(group.map(({ p99 }) => p99)), 3),
      cpuMs: cpu.length > 0 ? round(median(cpu), 3) : null,
      ...{ toPeer: to("postgraphile"), toLimit: to("limit") },
    };
  });
}

export function linearIn(all: Result[]): Linear[] {
  return servers.flatMap((server) => {
    const costs = [...linear].flatMap(([versions, { name }]) => {
      const found = all.find((result) => result.scenario === name && result.server === server);
      return found ? [{ versions, cost: found.p50 / versions }] : [];
    });
    return costs.map(({ versions, cost }) => ({
      ...{ server, versions, msPerVersion: round(cost, 3) },
      toSmallest: round(cost / (costs[0]?.cost ?? cost), 3),
    }));
  });
}

/** Prints rows in columns, the numbers to the right. */
export function printTable<Row extends object>(rows: Row[], columns: (keyof Row & string)[]): void {
  const lines = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? "–")))];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const text = columns.map((column) => rows.some((row) => typeof row[column] === "string"));
  for (const line of lines)
    console.log(
      line
        .map((cell, at) => (text[at] ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join("  "),
    );
  console.log();
}

/** The quickest first. */
export function printResults(results: Result[]): void {
  const order = [...new Set(results.map(({ scenario }) => scenario))];
  const rows = order.flatMap((scenario) =>
    results.filter((result) => result.scenario === scenario).sort((a, b) => b.rps - a.rps),
  );
  printTable(rows, ["scenario", "server", "rps", "p50", "p99", "cpuMs", "toPeer", "toLimit"]);
}

/** On what it was measured, and what was. */
export async function surroundings(db: pg.Client) {
  const { rows } = await db.query("show server_version");
  const versionsIn = (folder: string) =>
    JSON.parse(readFileSync(join(import.meta.dirname, folder, "package.json"), "utf8")).dependencies;
  const [cpu] = cpus();
  return {
    machine: {
      date: new Date().toISOString(),
      cpu: cpu?.model,
      cores: cpus().length,
      memory: totalmem(),
      system: release(),
    },
    versions: {
      commit: execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" }).trim(),
      node: process.version,
      postgresql: rows[0].server_version,
      ours: versionsIn(".."),
      others: versionsIn("."),
    },
  };
}

export function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [lower, upper] = [(sorted.length - 1) >> 1, sorted.length >> 1];
  return ((sorted[lower] ?? 0) + (sorted[upper] ?? 0)) / 2;
}

/** To so many digits that mean something. */
export function round(number: number, digits: number): number {
  return Number(number.toPrecision(digits));
}
