import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import pg from "pg";
import { createScratchDatabase, withPostgres } from "../scripts/database.ts";
import { compare } from "./compare.ts";
import { LoadGenerator } from "./load-generator.ts";
import { machine, printTable, type Round, results } from "./results.ts";
import { growing, type Size, standard } from "./rows.ts";
import { concerns, type Mix, type Scenario, servers } from "./scenario.ts";
import { scenarios } from "./scenarios/scenarios.ts";
import { seed } from "./seed.ts";
import { type RunningServer, startServer } from "./servers.ts";

/**
 * Measures the registry beside other servers, on the same data, in the same run: each scenario in several rounds, in each
 * round one server after the other, so that what else the machine does meets them all. PostgreSQL does not wait for the
 * disk, for any of them: it is the servers that are measured. A run of everything leaves its figures in `results.json`.
 */
const { values: given } = parseArgs({
  options: {
    grow: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    scenario: { type: "string", multiple: true },
    server: { type: "string", multiple: true },
    rounds: { type: "string" },
    seconds: { type: "string" },
    connections: { type: "string", default: "16" },
  },
});
const count = Number(given.rounds ?? (given.quick ? 2 : 5));
const seconds = Number(given.seconds ?? (given.quick ? 1 : 5));
const connections = Number(given.connections);
const chosen = scenarios.filter(({ name }) => given.scenario?.includes(name) ?? true);
const asked = servers.filter((name) => given.server?.includes(name) ?? (!given.grow || name === "ours"));
const sizes = given.grow ? growing : [standard];
if (chosen.length === 0 || asked.length === 0)
  throw new Error(`Expected --scenario of ${scenarios.map(({ name }) => name)}; --server of ${servers}.`);

/** Every request of a run has a number of its own. */
let next = 1_000_000;

const rounds: Round[] = [];
const about: object[] = [];
for (const size of sizes) await withPostgres((serverUrl) => measureAll(serverUrl, size));
printTable(results(rounds));
const run = { ...given, rounds: count, seconds, connections, sizes, ...about[0] };
if (!given.scenario && !given.server) {
  const file = join(import.meta.dirname, given.grow ? "growth.json" : "results.json");
  await writeFile(file, `${JSON.stringify({ run, results: results(rounds) }, null, 2)}\n`);
}

async function measureAll(serverUrl: string, size: Size): Promise<void> {
  const url = await createScratchDatabase(serverUrl);
  const token = await seed(url, size);
  const db = new pg.Client({ connectionString: url });
  await db.connect();
  about.push(await machine(db));
  const dataDir = await mkdtemp(join(tmpdir(), "registry-bench-"));
  const load = new LoadGenerator({ token, seconds, connections, size });
  const running: RunningServer[] = [];
  try {
    for (const name of asked) running.push(await startServer(name, url, dataDir));
    for (const scenario of chosen) {
      const concerned = running.filter(({ name }) => concerns(scenario, name));
      await compare(scenario, { running: concerned, token, db, size, from: numbers() });
      await measure(scenario, concerned, load, { size, db });
    }
  } finally {
    load.end();
    for (const server of running) await server.stop();
    await db.end();
    await rm(dataDir, { recursive: true });
  }
}

async function measure(
  scenario: Scenario | Mix,
  running: RunningServer[],
  load: LoadGenerator,
  { size, db }: { size: Size; db: pg.Client },
): Promise<void> {
  const versions = size.models * size.versions;
  for (let round = 0; round <= count; round += 1) {
    for (const { name: server, url, cpu } of running) {
      const before = cpu();
      const measured = await load.run({ scenario: scenario.name, server, url, from: numbers() });
      const after = cpu();
      await untilIdle(db);
      if (round === 0) continue; // it warms up
      if (measured.requests === 0) throw new Error(`${scenario.name}: ${server} has answered nothing.`);
      const cpuMs = before === null || after === null ? null : (after - before) / measured.requests;
      rounds.push({ scenario: scenario.name, versions, server, cpuMs, ...measured });
    }
    running.push(...running.splice(0, 1)); // each round begins with another one
  }
}

/** Whoever hangs up leaves requests behind: the next server does not pay for them. */
async function untilIdle(db: pg.Client): Promise<void> {
  for (let idle = 0; idle < 5; ) {
    const { rows } = await db.query(
      "select exists (select from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()) as busy",
    );
    idle = rows[0].busy ? 0 : idle + 1;
    await delay(10);
  }
}

/** The first of a million numbers. */
function numbers(): number {
  next += 1_000_000;
  return next;
}
