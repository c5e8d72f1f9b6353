import { closeSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { accountFor } from "./account.ts";
import { findBinaries } from "./binaries.ts";
import { type ClusterAccess, openCluster } from "./cluster.ts";
import { createDatabaseIfMissing } from "./database.ts";
import { EmbeddedPostgresError } from "./error.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { clearLeftovers } from "./leftovers.ts";
import { lockForServer } from "./lock.ts";
import { type Postmaster, startPostmaster } from "./postmaster.ts";
import { supervise } from "./supervisor.ts";
import { database, urlAt } from "./url.ts";

/** A PostgreSQL of our own, listening on 127.0.0.1. It is started again whenever it dies, on the same port. */
export interface EmbeddedPostgres {
  /** `postgres://…`, with the password, of the database that is ours alone. */
  readonly url: string;
  /** The process id of the postmaster, for tests. */
  readonly pid: number;
  /** Ends all connections, waits until PostgreSQL has exited, and gives up the directory. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Where the cluster lives; created (0700) when missing. Belongs to one server at a time. */
  directory: string;
  /** PostgreSQL settings, e.g. `{ fsync: "off" }` in tests. */
  settings?: Record<string, string>;
  /** Told, line by line, what happens to PostgreSQL while it runs. */
  log?: (line: string) => void;
}

// The application reports failed statements itself, and their text may hold what users typed.
const defaultSettings = { log_min_messages: "log", log_checkpoints: "off" };

/**
 * Starts PostgreSQL in the directory, creating the cluster and its database at the first start, and stopping
 * what a killed server left running. Resolves when connections are accepted. Rejects with an
 * EmbeddedPostgresError when the platform cannot run it, the directory belongs to another live server or
 * another version, or PostgreSQL does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const layout = layoutOf(options.directory);
  try {
    // First, so that nothing is left behind where PostgreSQL cannot run at all.
    const account = await accountFor(layout.data);
    const program = { account, binaries: await findBinaries(account) };

    await mkdir(layout.directory, { recursive: true, mode: 0o700 });
    const ownership = await lockForServer(layout.serverLock, layout.directory);
    try {
      return await startOwned(layout, program, ownership, options);
    } catch (error) {
      closeSync(ownership);
      throw error;
    }
  } catch (error) {
    throw explained(error, layout.directory);
  }
}

async function startOwned(
  layout: Layout,
  program: Omit<ClusterAccess, "lock">,
  ownership: number,
  { settings, log = () => {} }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  async function alone<T>(use: (access: ClusterAccess) => Promise<T>): Promise<T> {
    const lock = await clearLeftovers(layout, program.account);
    try {
      return await use({ ...program, lock });
    } finally {
      // A postmaster started meanwhile, and its children, now hold the lock by themselves.
      closeSync(lock);
    }
  }

  const password = await alone((access) => openCluster(layout, access));
  const launch = (port: number) =>
    alone((access) =>
      startPostmaster(layout, access, { ...defaultSettings, ...settings, ...listenOn(port) }),
    );
  const { port, postmaster } = await launchOnFreePort(launch);

  try {
    await createDatabaseIfMissing(database, urlAt(port, password, "postgres"));
  } catch (error) {
    await postmaster.stop();
    throw new EmbeddedPostgresError(
      `PostgreSQL in ${layout.directory} does not let us in (${(error as Error).message}): see ${layout.log} and ${layout.password}`,
      { cause: error },
    );
  }

  const supervisor = supervise(postmaster, () => launch(port), log);
  let stopped: Promise<void> | undefined;
  return {
    url: urlAt(port, password),
    get pid() {
      return supervisor.pid;
    },
    stop() {
      stopped ??= supervisor.stop().then(() => closeSync(ownership));
      return stopped;
    },
  };
}

/** TCP only: the path of a Unix socket may not be longer than 107 bytes, and ours may be. */
function listenOn(port: number): Record<string, string> {
  return { listen_addresses: "127.0.0.1", port: String(port), unix_socket_directories: "" };
}

async function launchOnFreePort(launch: (port: number) => Promise<Postmaster>) {
  for (let attemptsLeft = 3; ; attemptsLeft--) {
    const port = await freePort();
    try {
      return { port, postmaster: await launch(port) };
    } catch (error) {
      // Someone else took the port between our look and PostgreSQL's bind.
      if (attemptsLeft === 0 || !/could not create any TCP/.test((error as Error).message)) throw error;
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** The system's refusals (permissions, a full disk, …) are expected: in one line, with the directory. */
function explained(error: unknown, directory: string): unknown {
  if (error instanceof EmbeddedPostgresError || !(error instanceof Error) || !("syscall" in error))
    return error;
  return new EmbeddedPostgresError(
    `The embedded database cannot use ${directory} (${error.message}): check its permissions and the free space, or choose another directory`,
    { cause: error },
  );
}
