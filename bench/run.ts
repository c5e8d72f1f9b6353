import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { createScratchDatabase, withPostgres } from "../scripts/database.ts";
import { compare } from "./compare.ts";
import { fileScenarios, measureFiles } from "./files.ts";
import { measureGrowth, perFilter, type Registry } from "./growth/grow.ts";
import { LoadGenerator } from "./load-generator.ts";
import { measure, numbers } from "./measure.ts";
import { linearIn, printResults, printTable, type Round, results, surroundings } from "./results.ts";
import { growing, standard } from "./rows.ts";
import { concerns, type ServerName, servers } from "./scenario.ts";
import { scenarios } from "./scenarios/scenarios.ts";
import { seed } from "./seed.ts";
import { type RunningServer, startServer } from "./servers.ts";
import { measureSizes } from "./size.ts";

/**
 * Measures the registry beside other servers, on the same data, in the same run: each scenario in several rounds, in each
 * round one server after the other, so that what else the machine does meets them all. PostgreSQL does not wait for the
 * disk, for any of them: it is the servers that are measured. A run of everything leaves its figures in `results.json`; so
 * does one of `--grow`, which asks a registry of 1,000 versions and one of 1,000,000 the same.
 */
const { values: given } = parseArgs({
  options: {
    grow: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    scenario: { type: "string", multiple: true },
    server: { type: "string", multiple: true },
    /** Of `--grow`: the lists that are asked for, as the table names them. */
    list: { type: "string", multiple: true },
    rounds: { type: "string" },
    seconds: { type: "string" },
    connections: { type: "string", default: "16" },
  },
});
const count = Number(given.rounds ?? (given.quick ? 1 : 5));
const seconds = Number(given.seconds ?? (given.quick ? 0.7 : 3));
const connections = Number(given.connections);
const names = [...scenarios.map(({ name }) => name), ...fileScenarios];
const chosen = names.filter((name) => given.scenario?.includes(name) ?? true);
const asked = servers.filter((name) => given.server?.includes(name) ?? true);
if (chosen.length === 0 || asked.length === 0)
  throw new Error(`Expected --scenario of ${names}; --server of ${servers}.`);
const everything = !given.scenario && !given.server && !given.list && !given.quick;

const dataDir = await mkdtemp(join(tmpdir(), "registry-bench-"));
try {
  await withPostgres((serverUrl) => (given.grow ? grow(serverUrl) : compareServers(serverUrl)));
} finally {
  await rm(dataDir, { recursive: true });
}

async function compareServers(serverUrl: string): Promise<void> {
  const databaseUrl = await createScratchDatabase(serverUrl);
  const token = await seed(databaseUrl, standard);
  const db = new pg.Client({ connectionString: databaseUrl });
  await db.connect();
  const about = await surroundings(db);
  const load = new LoadGenerator({ token, seconds, connections, size: standard });
  const running: RunningServer[] = [];
  const rounds: Round[] = [];
  const loaded = new Map<ServerName, number>();
  try {
    for (const name of asked) running.push(await startServer(name, databaseUrl, dataDir));
    for (const scenario of scenarios.filter(({ name }) => chosen.includes(name))) {
      const concerned = running.filter(({ name }) => concerns(scenario, name));
      await compare(scenario, { running: concerned, token, db, size: standard, from: numbers() });
      rounds.push(...(await measure(scenario, concerned, load, { count, db, loaded })));
    }
    rounds.push(...(await measureFiles(running, { count, chosen, token, dataDir })));
  } finally {
    load.end();
    for (const server of running) await server.stop();
    await db.end();
  }
  const all = results(rounds);
  const linear = linearIn(all);
  printResults(all);
  if (linear.length > 0) printTable(linear, ["server", "versions", "msPerVersion", "toSmallest"]);
  if (!everything) return;
  const size = await measureSizes({ databaseUrl, dataDir, token, loaded, count });
  printTable(size, ["server", "startMs", "idleMiB", "loadedMiB", "installS", "installMiB"]);
  await keep({
    ...about,
    run: { rounds: count, seconds, connections, size: standard },
    results: all,
    linear,
    size,
  });
}

async function grow(serverUrl: string): Promise<void> {
  const registries: Registry[] = [];
  try {
    for (const [name, size] of Object.entries(growing)) {
      const url = await createScratchDatabase(serverUrl, name);
      const token = await seed(url, size);
      registries.push({ size, url, token, server: await startServer("ours", url, join(dataDir, name)) });
    }
    const [small, large] = registries;
    if (!small || !large) return;
    const growth = perFilter(await measureGrowth(small, large, { lists: given.list }));
    printTable(growth, ["list", "where", "questions", "over", "page", "small", "large", "ratio", "indexes"]);
    if (!everything) return;
    const db = new pg.Client({ connectionString: large.url });
    await db.connect();
    await keep({ growthOf: { ...(await surroundings(db)), ...growing }, growth });
    await db.end();
  } finally {
    for (const { server } of registries) await server.stop();
  }
}

/** Replaces what the file knows of this, a line for each entry of a list. */
async function keep(figures: { [part: string]: unknown }): Promise<void> {
  const file = join(import.meta.dirname, "results.json");
  const known = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const parts = Object.entries({ ...known, ...figures }).map(([part, value]) => {
    const text = Array.isArray(value)
      ? `[\n${value.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n")}\n  ]`
      : JSON.stringify(value);
    return `  ${JSON.stringify(part)}: ${text}`;
  });
  await writeFile(file, `{\n${parts.join(",\n")}\n}\n`);
}
