import { Agent, request } from "node:http";
import { v7 as uuidv7 } from "uuid";
import { apiTokenSecret, newSecret } from "../src/api-token/secret.ts";
import { readConfig } from "../src/config.ts";
import { createDataSource } from "../src/data-source.ts";
import { Keyring } from "../src/keyring.ts";
import { insertOrganization } from "../src/organization/create-organization.ts";
import { createServer } from "../src/server.ts";
import { Storages } from "../src/storage-connector/storages.ts";
import { User } from "../src/user/user.ts";
import { createScratchDatabase, withPostgres } from "./database.ts";

/**
 * Prints how long a wrong API token takes to be refused: one that begins like a token that exists, and one that begins
 * like none. Both are asked in turn on one connection, in an order that is drawn anew each time.
 */
const tokens = 1_000;
const rounds = 5_000;

await withPostgres(async (url) => {
  const db = await createDataSource(await createScratchDatabase(url)).initialize();
  await db.runMigrations();
  const prefixes = await issueTokens();
  const config = readConfig({ PLAYGROUND: "false", LOG_LEVEL: "silent" });
  const parts = { keyring: new Keyring([]), storages: new Storages(config.filesDir) };
  const app = await createServer(config, db, parts);
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  const kinds = {
    "begins like one that exists": () => wrongToken(prefixes[Math.floor(Math.random() * tokens)] ?? ""),
    "begins like none": () => newSecret(apiTokenSecret).text,
  };
  const times = new Map(Object.keys(kinds).map((kind) => [kind, [] as number[]]));
  for (let round = 0; round < rounds + 500; round += 1) {
    const order = Object.entries(kinds).sort(() => Math.random() - 0.5);
    for (const [kind, token] of order) {
      const time = await refusal(`${address}/graphql`, agent, token());
      if (round >= 500) times.get(kind)?.push(time); // the first ones warm up
    }
  }
  const medians = [...times].map(([kind, list]) => {
    const sorted = list.sort((a, b) => a - b);
    const at = (share: number) => ((sorted[Math.floor(sorted.length * share)] ?? 0) * 1_000).toFixed(0);
    console.log(`${kind.padEnd(28)} median ${at(0.5)} µs, quartiles ${at(0.25)} and ${at(0.75)} µs`);
    return Number(at(0.5));
  });
  console.log(
    `ratio of the medians ${((medians[0] ?? 0) / (medians[1] ?? 1)).toFixed(3)}, of ${rounds} each`,
  );
  agent.destroy();
  await app.close();
  await db.destroy();

  async function issueTokens(): Promise<string[]> {
    return db.transaction(async (tx) => {
      const owner = { id: uuidv7(), name: "Owner", email: "owner@localhost", pictureUrl: null };
      await tx.insert(User, owner);
      const made: string[] = [];
      for (let count = 0; count < tokens; count += 1)
        made.push((await insertOrganization(tx, { id: uuidv7(), name: "Acme" }, owner)).slice(0, 16));
      return made;
    });
  }
});

/** A well-formed token, checksum included, that was never issued. */
function wrongToken(prefix: string): string {
  return newSecret(apiTokenSecret, prefix.slice("mreg_".length)).text;
}

/** Milliseconds until the whole answer is there. */
function refusal(url: string, agent: Agent, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const start = performance.now();
    request(url, { method: "POST", agent, headers }, (response) => {
      if (response.statusCode !== 401) reject(new Error(`Expected 401, got ${response.statusCode}.`));
      response.resume().on("end", () => resolve(performance.now() - start));
    })
      .on("error", reject)
      .end('{"query":"{ viewer { role } }"}');
  });
}
