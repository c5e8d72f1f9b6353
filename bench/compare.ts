import { isDeepStrictEqual } from "node:util";
import type pg from "pg";
import type { Size } from "./rows.ts";
import { type Mix, requestOf, type Scenario, type ServerName } from "./scenario.ts";
import type { RunningServer } from "./servers.ts";

/** Samples of each scenario whose answers are compared. */
const samples = 3;

export interface Compared {
  size: Size;
  running: RunningServer[];
  token: string;
  db: pg.Client;
  /** The number of the first request. */
  from: number;
}

/**
 * Asks all servers the same, and compares their data.
 *
 * @throws Error when one of them answers something else than ours: then its speed tells nothing.
 */
export async function compare(
  scenario: Scenario | Mix,
  { running, token, db, from, size }: Compared,
): Promise<void> {
  if ("parts" in scenario) return; // its parts have been compared
  for (let sample = 0; sample < samples; sample += 1) {
    const answers: { name: ServerName; answer: unknown }[] = [];
    for (const [index, server] of running.entries()) {
      // What is written has another name each time, but goes to the same place.
      const n = from + sample + (scenario.effect ? index * size.filled : 0);
      answers.push({ name: server.name, answer: await answerOf(scenario, server, { token, db, n, size }) });
    }
    const expected = answers.find(({ name }) => name === "ours") ?? answers[0];
    for (const { name, answer } of answers) {
      if (isDeepStrictEqual(answer, expected?.answer)) continue;
      const [wanted, got] = [expected?.answer, answer].map((each) => JSON.stringify(each).slice(0, 2_000));
      throw new Error(`${scenario.name}: ${name} gives other data.\nExpected ${wanted}\ngot      ${got}`);
    }
  }
}

async function answerOf(
  scenario: Scenario,
  { name, url }: RunningServer,
  { token, db, n, size }: { token: string; db: pg.Client; n: number; size: Size },
): Promise<unknown> {
  const { path, body } = requestOf(scenario, name, n, size);
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  const response = await fetch(url + path, { method: "POST", headers, body });
  const text = await response.text();
  if (!response.ok || text.includes('"errors"'))
    throw new Error(`${scenario.name}: ${name} answers ${text.slice(0, 1_000)}`);
  const { toOurs = (same: unknown) => same } = scenario.questions[name];
  const answer = normalized(toOurs(JSON.parse(text).data));
  if (!scenario.effect) return answer;
  return { answer: withoutIds(answer), written: normalized((await db.query(scenario.effect, [n])).rows) };
}

/** Data in one form: an id as the hex digits of its UUID, a moment as JavaScript writes it, a field under its own name. */
function normalized(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalized);
  if (value !== null && typeof value === "object") {
    const fields = Object.entries(value instanceof Date ? { moment: value.toISOString() } : value);
    return Object.fromEntries(
      fields.map(([key, each]) => [key.replace(/^unseen\d+$/, "name"), normalized(each)]),
    );
  }
  if (typeof value !== "string") return value;
  const [, hex] = /^(?:[A-Z][A-Za-z]*_)?([0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})$/.exec(value) ?? [];
  if (hex) return hex.replaceAll("-", "");
  return /^\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)$/.test(value) ? new Date(value).toISOString() : value;
}

/** What is new has a new id. */
function withoutIds(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, each) => (key === "id" ? undefined : each));
}
