import { join } from "node:path";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import type { DataSource } from "typeorm";
import { startVerifier, type Verifier } from "./blob/verifier.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { connect } from "./data-source.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres/embedded-postgres.ts";
import { prepareDatabase } from "./first-start.ts";
import { limits } from "./limits.ts";
import { openKeyring } from "./open-keyring.ts";
import { createServer } from "./server.ts";
import { Storages } from "./storage-connector/storages.ts";
import { findUnreadableSecrets } from "./stored-secrets.ts";
import { startSweep } from "./sweep/start-sweep.ts";
import { sweep } from "./sweep/sweep.ts";
import { describeFailure, welcome } from "./welcome.ts";

/** What runs so far; stopped in the reverse order. */
const running: {
  postgres?: EmbeddedPostgres;
  db?: DataSource;
  app?: FastifyInstance;
  endSweep?: () => Promise<void>;
  verifier?: Verifier;
} = {};
const stopping = new AbortController();
let stoppingSince = 0;

const starting = start().catch((error: unknown) => {
  if (stopping.signal.aborted) return; // it was told to
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exitCode = 1;
  return stop();
});
process.on("SIGINT", onSignal);
process.on("SIGTERM", onSignal);

async function start(): Promise<void> {
  const config = readConfig(process.env);
  const url = config.databaseUrl ?? (await startDatabase(config));
  running.db = await connect(url, { poolSize: config.databasePoolSize, ...config });
  const first = await prepareDatabase(running.db, config, stopping.signal);
  const keyring = await openKeyring(config);
  const unreadable = await findUnreadableSecrets(running.db, keyring).catch((error: Error) => [
    `SECRET_KEYS: cannot be compared with the stored secrets: ${error.message}`,
  ]);
  for (const line of unreadable) process.stderr.write(`${line}\n`);
  const storages = new Storages(config.filesDir, { keyring, ...config });
  running.verifier = startVerifier(running.db, storages, (err, blob) =>
    running.app?.log.error({ err, blob }, "bytes were not read"),
  );
  const parts = { keyring, storages, verifier: running.verifier };
  const app = await createServer(config, running.db, parts);
  running.app = app;
  if (stopping.signal.aborted) return;
  running.endSweep = sweepHourly(running.db, storages, app.log);
  const address = await app.listen({ host: config.host, port: config.port });
  process.stdout.write(welcome(address, config, first, process.stdout.isTTY));
}

function sweepHourly(db: DataSource, storages: Storages, log: FastifyBaseLogger): () => Promise<void> {
  const onError = (err: unknown, id?: string) => log.error({ err, id }, "something was not swept");
  return startSweep((signal) => sweep(db, storages, { signal, onError }), onError);
}

/** `npm start` brings its own database; production has to say which one it means. */
async function startDatabase(config: Config): Promise<string> {
  if (!process.argv.includes("--embedded")) {
    throw new ConfigError(
      "DATABASE_URL: expected postgres://user:password@host:port/database, got nothing; with --embedded the server brings its own.",
    );
  }
  const directory = join(config.dataDir, "postgres");
  running.postgres = await startEmbeddedPostgres({
    directory,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  return running.postgres.url;
}

/**
 * The first signal lets requests under way finish; a second one does not wait for them. One that comes at once is
 * not a second: npm passes on the Ctrl-C that the terminal has sent us already.
 */
function onSignal(): void {
  if (stopping.signal.aborted) {
    if (Date.now() - stoppingSince > 1_000) process.exit(1);
    return;
  }
  stoppingSince = Date.now();
  stopping.abort();
  void starting.then(stop);
}

async function stop(): Promise<void> {
  const { app, db, postgres, endSweep, verifier } = running;
  const giveUp = setTimeout(() => app?.server.closeAllConnections(), limits.drain);
  await app?.close();
  clearTimeout(giveUp);
  await endSweep?.();
  await verifier?.end();
  await db?.destroy();
  await postgres?.stop();
}
