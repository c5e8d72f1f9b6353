import { once } from "node:events";
import autocannon from "autocannon";
import type { Size } from "./rows.ts";
import { type Mix, requestOf, type Scenario, type ServerName } from "./scenario.ts";
import { scenarios } from "./scenarios/scenarios.ts";

/** What the load generator is told, in a process of its own. */
export interface Load {
  scenario: string;
  server: ServerName;
  url: string;
  token: string;
  seconds: number;
  connections: number;
  /** The number of the first request; no two requests of a run have the same. */
  from: number;
  size: Size;
}

export interface Measured {
  requests: number;
  seconds: number;
  /** Milliseconds in which half of the requests were answered, and all but one in a hundred. */
  p50: number;
  p99: number;
}

process.on("message", async (load: Load) => {
  process.send?.(await run(load));
});

async function run(load: Load): Promise<Measured> {
  const { url, seconds, token } = load;
  const scenario = scenarioOf(load);
  const connections = ("connections" in scenario && scenario.connections) || load.connections;
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  const requests = [{ method: "POST" as const, setupRequest: requestsOf(load, scenario) }];
  // It ends with a sample, and a sample is a second long when nothing is said.
  const options = {
    url,
    connections,
    duration: seconds,
    sampleInt: 100,
    headers,
    requests,
    timeout: 30,
    verifyBody,
  };
  const times: number[] = [];
  let refused = 0;
  const started = performance.now();
  const instance = autocannon(options, () => {});
  instance.on("response", (_client, status, _bytes, time) => {
    times.push(time);
    if (status !== 200) refused += 1;
  });
  const [{ errors, mismatches }] = await once(instance, "done");
  const spent = (performance.now() - started) / 1_000;
  refused += errors + mismatches;
  if (refused > 0)
    throw new Error(`${load.server}, ${load.scenario}: ${refused} of ${times.length} requests were refused.`);
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { requests: times.length, seconds: spent, p50: at(0.5), p99: at(0.99) };
}

function scenarioOf({ scenario: name }: Load): Scenario | Mix {
  const scenario = scenarios.find((each) => each.name === name);
  if (!scenario) throw new Error(`Expected a scenario, got ${name}.`);
  return scenario;
}

function requestsOf({ server, from, size }: Load, scenario: Scenario | Mix) {
  let n = from;
  return (request: autocannon.Request) => ({ ...request, ...requestOf(scenario, server, n++, size) });
}

/** Every error has a message, be it the request's or the user's, and nothing else in these answers has. */
function verifyBody(body: string | Buffer | undefined): boolean {
  return body?.includes('"message":') === false;
}
