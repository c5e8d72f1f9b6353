import pg from "pg";
import { readConfig } from "../../src/config.ts";
import { createDataSource } from "../../src/data-source.ts";
import { Keyring, newSecretKey, parseSecretKeys } from "../../src/keyring.ts";
import { createServer } from "../../src/server.ts";
import { Storages } from "../../src/storage-connector/storages.ts";
import { Asker } from "./ask.ts";

/** Of a statement that was sent: its text, and its parameters. */
type Sent = [string, unknown[]];

interface PlanNode {
  "Node Type": string;
  "Index Name"?: string;
  "Relation Name"?: string;
  Plans?: PlanNode[];
}

export interface Explainer {
  /** The indexes, and `all of <table>` for a table that is read without one. */
  indexesOf(body: string): Promise<string[]>;
  end(): Promise<void>;
}

/** Says by which indexes PostgreSQL finds what a request asks for, by the statements that the registry sends. */
export async function openExplainer(url: string, token: string): Promise<Explainer> {
  let sent: Sent[] = [];
  const ignore = () => {};
  const db = createDataSource(url, {
    logger: {
      logQuery: (text, parameters) => void sent.push([text, Array.isArray(parameters) ? parameters : []]),
      ...{
        logQueryError: ignore,
        logQuerySlow: ignore,
        logSchemaBuild: ignore,
        logMigration: ignore,
        log: ignore,
      },
    },
  });
  await db.initialize();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const config = readConfig({});
  const keyring = new Keyring(parseSecretKeys(newSecretKey()) ?? []);
  const app = await createServer(config, db, {
    keyring,
    storages: new Storages(config.filesDir, { keyring, ...config }),
  });
  const asker = new Asker(await app.listen({ host: "127.0.0.1", port: 0 }), token);
  return {
    async indexesOf(body) {
      sent = [];
      await asker.ask(body);
      const found = new Set<string>();
      for (const [text, parameters] of sent.filter(([text]) => !/\b(api_token t|update)\b/.test(text))) {
        const { rows } = await client.query(`explain (format json) ${text}`, parameters);
        for (const place of placesIn(rows[0]["QUERY PLAN"][0].Plan)) found.add(place);
      }
      return [...found].sort();
    },
    async end() {
      asker.end();
      await app.close();
      await db.destroy();
      await client.end();
    },
  };
}

function placesIn(node: PlanNode): string[] {
  const below = (node.Plans ?? []).flatMap(placesIn);
  if (node["Node Type"] === "Seq Scan") return [`all of ${node["Relation Name"]}`, ...below];
  return node["Index Name"] ? [node["Index Name"], ...below] : below;
}
