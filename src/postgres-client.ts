import { createHash } from "node:crypto";
import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import pg from "pg";
import { limits } from "./limits.ts";

/** What TypeORM and the pool do with a client, without the driver's many ways of asking. */
interface Connection extends EventEmitter {
  connection: { stream: Socket };
  query(query: unknown, values?: unknown, callback?: unknown): Promise<unknown>;
  end(): Promise<void>;
}
const Connection = pg.Client as unknown as new (config?: pg.ClientConfig) => Connection;

/** A connection on which statements do not wait for the answers of those before them. */
export class Client extends Connection {
  #corked = false;

  constructor(config?: pg.ClientConfig) {
    super({ ...config, pipeline: true });
    // PostgreSQL can end a connection in the same breath in which it opens it, before TypeORM listens. Without a listener
    // that would end the process; with one, the next statement on the connection fails.
    this.on("error", () => {});
  }

  override query(text: unknown, values?: unknown, callback?: unknown): Promise<unknown> {
    this.#cork();
    return super.query(text, values, callback);
  }

  /** What is sent in one go leaves in one packet: it is the calls of the system that cost. */
  #cork(): void {
    if (this.#corked) return;
    const { stream } = this.connection;
    this.#corked = true;
    stream.cork();
    process.nextTick(() => {
      this.#corked = false;
      stream.uncork();
    });
  }
}

/**
 * Names the statements that come again and again, so that PostgreSQL parses and plans them once on each connection. A name
 * is the digest of the text: behind a pooler that gives one connection to several processes it cannot mean another text.
 */
export class PreparingClient extends Client {
  override query(text: unknown, values?: unknown, callback?: unknown): Promise<unknown> {
    const name = typeof text === "string" && Array.isArray(values) && values.length > 0 && nameOf(text);
    if (!name) return super.query(text, values, callback);
    return super.query({ name, text, values }, callback).catch((error) => {
      if (isOutdated(error)) void this.end();
      throw error;
    });
  }
}

const names = new Map<string, string>();
let seenOnce = new Set<string>();

/** A text gets its name when it comes for the second time. What comes once only would fill PostgreSQL's memory for nothing. */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known || names.size >= limits.preparedStatements) return known;
  if (!seenOnce.delete(text)) {
    if (seenOnce.size >= limits.preparedStatements) seenOnce = new Set();
    seenOnce.add(text);
    return undefined;
  }
  const name = createHash("sha256").update(text).digest("base64url"); // 43 of the 63 bytes that a name may have
  names.set(text, name);
  return name;
}

/**
 * Whether another version of the registry has changed the type of a column meanwhile. PostgreSQL goes on refusing the
 * statement on this connection; the pool opens another one in its place.
 */
function isOutdated({ code, routine }: pg.DatabaseError): boolean {
  return code === "0A000" && routine === "RevalidateCachedQuery";
}
