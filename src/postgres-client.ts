import { createHash } from "node:crypto";
import type { EventEmitter } from "node:events";
import pg from "pg";
import { planAnew } from "./filter.ts";
import { limits } from "./limits.ts";
import { Batch, Statement } from "./statement-batch.ts";

/** What TypeORM and the pool do with a client, without the driver's many ways of asking. */
interface Connection extends EventEmitter {
  query(query: unknown, values?: unknown): Promise<unknown>;
  end(): Promise<void>;
}
const Connection = pg.Client as unknown as new (config?: pg.ClientConfig) => Connection;

/** A connection on which what is asked in one go, without waiting for answers, is sent in one go. */
export class Client extends Connection {
  #waiting: Statement[] = [];

  constructor(config?: pg.ClientConfig) {
    super({ ...config, pipeline: true });
    // PostgreSQL can end a connection in the same breath in which it opens it, before TypeORM listens. Without a listener
    // that would end the process; with one, the next statement on the connection fails.
    this.on("error", () => {});
  }

  override query(text: unknown, values?: unknown): Promise<unknown> {
    if (typeof text !== "string") return super.query(text, values);
    return this.ask(text, values as unknown[] | undefined);
  }

  protected ask(text: string, values: unknown[] | undefined, name?: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null, result: unknown) => (error ? reject(error) : resolve(result));
      if (this.#waiting.length === 0) process.nextTick(() => this.#send());
      this.#waiting.push(Object.assign(new Statement(text, values, settle), { name }));
    });
  }

  #send(): void {
    const statements = this.#waiting;
    this.#waiting = [];
    const [first] = statements;
    // Several commands in one text are only understood when nothing comes along.
    const alone = statements.length === 1 && !first?.values?.length;
    void super.query(alone ? first : new Batch(statements));
  }
}

/**
 * Names the statements that come again and again, so that PostgreSQL parses and plans them once on each connection. A name
 * is the digest of the text: behind a pooler that gives one connection to several processes it cannot mean another text.
 */
export class PreparingClient extends Client {
  protected override ask(text: string, values: unknown[] | undefined): Promise<unknown> {
    const name = values && values.length > 0 ? nameOf(text) : undefined;
    if (!name) return super.ask(text, values);
    return super.ask(text, values, name).catch((error) => {
      if (isOutdated(error)) void this.end();
      throw error;
    });
  }
}

const names = new Map<string, string>();
let seenOnce = new Set<string>();

/** A text gets its name when it comes for the second time. What comes once only would fill PostgreSQL's memory for nothing. */
function nameOf(text: string): string | undefined {
  if (text.length > limits.preparedCharacters || text.includes(planAnew)) return undefined;
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
