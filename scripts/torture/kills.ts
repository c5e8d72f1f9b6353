import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { query, until } from "../../test/support/embedded-cluster.ts";
import { aModel, aVersion } from "../../test/support/seed.ts";
import { checkFiles } from "./check-files.ts";
import { diskCalls, type Fault, Faults } from "./faults.ts";
import { FileApi } from "./file-api.ts";
import { FileClients } from "./file-clients.ts";
import { RegistryProcess } from "./registry-process.ts";

/** Kills the server and PostgreSQL again and again while clients are at work. @returns what happened, in one line */
export async function kills(count: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "registry-faults-"));
  const faults = new Faults(join(folder, "server"));
  const sweepFaults = new Faults(join(folder, "sweep"));
  const registry = new RegistryProcess(faults.env);
  try {
    await registry.start();
    const api = new FileApi(registry);
    const modelId = await aModel(registry);
    const versionIds = await Promise.all(Array.from({ length: 20 }, () => aVersion(registry, modelId)));
    const clients = new FileClients(api, versionIds);
    const struck = await strikeAll(count, { registry, faults, sweepFaults }, clients).finally(() =>
      clients.stop(),
    );
    const checked = await checkFiles(registry, clients, versionIds, api);
    return `${struck}; ${clients.acknowledged} acknowledged steps, ${checked}`;
  } finally {
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Victims {
  registry: RegistryProcess;
  /** Of the server. */
  faults: Faults;
  /** Of sweeps that are run by hand. */
  sweepFaults: Faults;
}

/** Kills somebody, and mends it. @returns false when nobody was hit */
type Strike = (victims: Victims) => Promise<unknown>;

const strikes: Record<string, Strike> = {
  async "of the server"({ registry }) {
    await registry.killServer();
    await registry.start();
  },
  "of PostgreSQL": ({ registry }) => registry.killPostgres(),
  async "of both"({ registry }) {
    registry.signalPostgres();
    await registry.killServer();
    await registry.start();
  },
  async "of the server as it starts"({ registry }) {
    await registry.killServer();
    await registry.startInVain(randomInt(1_000));
    await registry.start();
  },
  "before a call to the disk": (victims) => dieAtTheDisk(victims, "before"),
  "after a call to the disk": (victims) => dieAtTheDisk(victims, "after"),
  async "after a failed fsync"({ registry, faults }) {
    faults.plan(["fsync", "fdatasync"], randomInt(1, 8), "EIO");
    await until(() => faults.hasHappened);
    await delay(randomInt(50));
    await registry.killServer();
    await registry.start();
  },
  async "of a sweep"({ registry, sweepFaults }) {
    sweepFaults.plan(["unlink", "rmdir"], randomInt(1, 4), randomInt(2) === 0 ? "before" : "after");
    await registry.sweep(sweepFaults.env);
    return sweepFaults.hasHappened;
  },
};

async function dieAtTheDisk({ registry, faults }: Victims, fault: Fault): Promise<void> {
  faults.plan(diskCalls, randomInt(1, 25), fault);
  await until(() => faults.hasHappened);
  await registry.ended();
  await registry.start();
}

async function strikeAll(count: number, victims: Victims, clients: FileClients): Promise<string> {
  const times: Record<string, number> = {};
  const met = new Met();
  for (let number = 0, done = 0; done < count; number++) {
    await orGiveUp(clients.moreAcknowledged(3));
    await delay(randomInt(100));
    const [name, strike] = Object.entries(strikes)[number % Object.keys(strikes).length] as [string, Strike];
    if ((await orGiveUp(strike(victims))) === false) continue;
    times[name] = (times[name] ?? 0) + 1;
    done += 1;
    await met.look(victims.registry.databaseUrl);
  }
  return `${count} times kill -9 (${inWords(times)}), which left ${inWords(met.counts)} on the way`;
}

/** The states in which kills have left blobs: it tells that every step was hit. */
class Met {
  readonly counts: Record<string, number> = {};
  readonly #seen = new Set<string>();

  async look(databaseUrl: string): Promise<void> {
    const unfinished = `select b.id, b.state from blob b
      where b.state <> 'READY' and (b.state <> 'VERIFYING' or exists (select from model_file f where f.blob_id = b.id))`;
    // PostgreSQL may be on its way up still.
    for (const { id, state } of await query(databaseUrl, unfinished).catch(() => [])) {
      if (this.#seen.has(`${id} ${state}`)) continue;
      this.#seen.add(`${id} ${state}`);
      this.counts[String(state)] = (this.counts[String(state)] ?? 0) + 1;
    }
  }
}

function inWords(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
}

async function orGiveUp<T>(promise: Promise<T>): Promise<T> {
  const limit = new AbortController();
  const late = delay(60_000, undefined, { signal: limit.signal }).then(() => {
    throw new Error("Nothing has happened for a minute.");
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    limit.abort();
    await late.catch(() => {});
  }
}
