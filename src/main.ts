import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import type { DataSource } from "typeorm";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { connect } from "./data-source.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres/embedded-postgres.ts";
import { prepareDatabase } from "./first-start.ts";
import { limits } from "./limits.ts";
import { openKeyring } from "./open-keyring.ts";
import { createServer } from "./server.ts";
import { Storages } from "./storage-connector/storages.ts";
import { findUnreadableSecrets } from "./stored-secrets.ts";
import { startSweep } from "./trash/sweep.ts";
import { describeFailure, welcome } from "./welcome.ts";

/** What runs so far; stopped in the reverse order. */
const running: {
  postgres?: EmbeddedPostgres;
  db?: DataSource;
  app?: FastifyInstance;
  endSweep?: () => Promise<void>;
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
  running.db = await connect(url, config.databasePoolSize);
  const first = await prepareDatabase(running.db, config, stopping.signal);
  const keyring = await openKeyring(config);
  const unreadable = await findUnreadableSecrets(running.db, keyring).catch((error: Error) => [
    `SECRET_KEYS: cannot be compared with the stored secrets: ${error.message}`,
  ]);
  for (const line of unreadable) process.stderr.write(`${line}\n`);
  const app = await createServer(config, running.db, {
    keyring,
    storages: new Storages(config.filesDir, { keyring, ...config }),
  });
  running.app = app;
  if (stopping.signal.aborted) return;
  running.endSweep = startSweep(running.db, (err, entry) =>
    app.log.error({ err, entry }, "the trash was not swept"),
  );
  const address = await app.listen({ host: config.host, port: config.port });
  process.stdout.write(welcome(address, config, first, process.stdout.isTTY));
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
  const { app, db, postgres, endSweep } = running;
  const giveUp = setTimeout(() => app?.server.closeAllConnections(), limits.drain);
  await app?.close();
  clearTimeout(giveUp);
  await endSweep?.();
  await db?.destroy();
  await postgres?.stop();
}
