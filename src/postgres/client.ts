import { createHash } from "node:crypto";
import type { EventEmitter } from "node:events";
import pg from "pg";
import { planAnew } from "../filter.ts";
import { limits } from "../limits.ts";
import { Batch, type Statement } from "./statement-batch.ts";

/** What is used of the driver's connection here. */
interface Connection extends EventEmitter {
  connection: {
    stream: { cork(): void; uncork(): void };
    submittedNamedStatements: { [name: string]: string };
  };
  query(query: Statement): unknown;
}
const Connection = pg.Client as unknown as new (config?: pg.ClientConfig) => Connection;

/** Statements that are sent in one go; they are a transaction by themselves unless they begin or end one. */
export interface Packet {
  statements: Statement[];
  /** Called when all of them have been answered. */
  ended?(): void;
}

/** A connection on which packets go out while those before them are being answered. */
export class Client extends Connection {
  /** Whether nothing more is to be asked on it: the pool opens another one in its place. */
  spent = false;

  constructor(config?: pg.ClientConfig) {
    super({ ...config, pipeline: true });
    // PostgreSQL can end a connection in the same breath in which it opens it, before anybody listens. Without a listener
    // that would end the process; with one, the next statement on the connection fails.
    this.on("error", () => {});
  }

  /** All of them reach the socket in one piece. */
  send(packets: Packet[]): void {
    const { stream } = this.connection;
    if (packets.length > 1) stream.cork();
    for (const { statements, ended } of packets) {
      for (const statement of statements) statement.name = this.nameFor(statement);
      this.query(
        new Batch(statements, (error) => {
          if (error && isLasting(error)) this.spent = true;
          ended?.();
        }),
      );
    }
    if (packets.length > 1) stream.uncork();
  }

  /** Sends a text without parameters by itself: it may hold several commands. */
  sendAlone(statement: Statement): void {
    this.query(statement);
  }

  protected nameFor(_statement: Statement): string | undefined {
    return undefined;
  }
}

/**
 * Names the statements that come again and again, so that PostgreSQL parses and plans them once on each connection. A name
 * is the digest of the text: behind a pooler that gives one connection to several processes it cannot mean another text.
 */
export class PreparingClient extends Client {
  protected override nameFor({ text, values }: Statement): string | undefined {
    const name = values && values.length > 0 ? nameOf(text) : undefined;
    // Should the packet before this one fail, what it was to prepare would not be there.
    return name && name in this.connection.submittedNamedStatements ? undefined : name;
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
 * Whether the connection has been ended, or goes on refusing a statement that it has prepared, since another version of the
 * registry has changed the type of a column meanwhile.
 */
function isLasting({ code, routine }: pg.DatabaseError): boolean {
  return code?.startsWith("57P") || (code === "0A000" && routine === "RevalidateCachedQuery");
}
