import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import type { LoadGenerator } from "./load-generator.ts";
import type { Round } from "./results.ts";
import type { Mix, Scenario, ServerName } from "./scenario.ts";
import type { RunningServer } from "./servers.ts";

/** Every request of a run has a number of its own. */
let next = 1_000_000;

/** The first of a million numbers. */
export function numbers(): number {
  next += 1_000_000;
  return next;
}

interface Measuring {
  /** How many rounds. */
  count: number;
  db: pg.Client;
  /** The most memory that each server was seen to hold. */
  loaded: Map<ServerName, number>;
}

/** Rounds of one scenario, in each of which every server is asked for some seconds. */
export async function measure(
  scenario: Scenario | Mix,
  running: RunningServer[],
  load: LoadGenerator,
  { count, db, loaded }: Measuring,
): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round <= count; round += 1) {
    for (const { name: server, url, cpu, memory } of running) {
      const before = cpu();
      const note = () => loaded.set(server, Math.max(loaded.get(server) ?? 0, memory() ?? 0));
      const noting = setInterval(note, 200);
      const measured = await load.run({ scenario: scenario.name, server, url, from: numbers() });
      clearInterval(noting);
      const after = cpu();
      await untilIdle(db);
      if (round === 0) continue; // it warms up
      if (measured.requests === 0) {
        console.error(`${scenario.name}: ${server} answered nothing in one round, which is left out.`);
        continue;
      }
      const cpuMs = before === null || after === null ? null : (after - before) / measured.requests;
      rounds.push({ scenario: scenario.name, server, ...measured, cpuMs });
    }
    running.push(...running.splice(0, 1)); // each round begins with another one
  }
  return rounds;
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
