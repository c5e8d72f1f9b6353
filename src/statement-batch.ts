import pg from "pg";

/** What the driver calls as the answers come in; see its own `Query`. */
interface Query {
  get name(): string | undefined;
  set name(name: string | undefined);
  get text(): string;
  set text(text: string);
  values?: unknown[];
  queryMode?: "extended";
  submit(connection: Connection): Error | null;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
  handleEmptyQuery(connection: Connection): void;
  handleReadyForQuery(connection: Connection): void;
  handleError(error: Error, connection: Connection): void;
}

interface Connection {
  stream: { writable: boolean; write(bytes: Buffer): boolean; destroy(error: Error): void };
  submittedNamedStatements: { [name: string]: string };
}

type Settle = (error: Error | null, result: pg.QueryResult) => void;
export type Statement = Query;
export const Statement = pg.Query as unknown as new (
  text: string,
  values: unknown[] | undefined,
  settle: Settle,
) => Query;

export const begin = "START TRANSACTION";
export const commit = "COMMIT";

/**
 * Statements that reach PostgreSQL in one packet and are answered in one: it does them in their order, and after the first
 * that fails it passes over the rest. Each is still a statement of its own, which sees what was committed before it.
 */
export class Batch extends Statement {
  readonly #statements: Statement[];
  readonly #sent: Statement[];
  #done: number;

  constructor(statements: Statement[]) {
    super("", undefined, () => {});
    // What PostgreSQL gets before a Sync is a transaction by itself: with both its ends at hand neither has to be sent.
    const whole = statements[0]?.text === begin && statements.at(-1)?.text === commit;
    this.#statements = statements;
    this.#sent = whole ? statements.slice(1, -1) : statements;
    this.#done = whole ? 1 : 0;
  }

  // The driver notes under its name that a statement has been parsed, before anything else of it is answered.
  override get name(): string | undefined {
    return this.#current?.name;
  }

  override set name(_name) {} // it has none of its own

  override get text(): string {
    return this.#current?.text ?? "";
  }

  override set text(_text) {}

  override submit(connection: Connection): null {
    const { stream } = connection;
    const { pieces, ...wires } = wireOf(connection);
    const wire = this.#sent.length > 1 ? wires.shared : wires.single;
    pieces.length = 0;
    for (const statement of this.#sent) {
      statement.queryMode = "extended";
      // One that is not sent would take the answer of the next.
      if (statement.submit(wire)) stream.destroy(new Error("A statement cannot be sent."));
    }
    pieces.push(sync);
    if (stream.writable) stream.write(Buffer.concat(pieces));
    return null;
  }

  override handleRowDescription(message: unknown): void {
    this.#current?.handleRowDescription(message);
  }

  override handleDataRow(message: unknown): void {
    this.#current?.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    this.#current?.handleCommandComplete(message, connection);
    this.#done += 1;
  }

  override handleEmptyQuery(): void {
    this.#done += 1;
  }

  override handleReadyForQuery(connection: Connection): void {
    for (const statement of this.#statements) statement.handleReadyForQuery(connection);
  }

  override handleError(error: Error, connection: Connection): void {
    // Of all that have been done the last one fails when they cannot be committed.
    const failed = Math.min(this.#done, this.#statements.length - 1);
    for (const statement of this.#statements.slice(0, failed)) statement.handleReadyForQuery(connection);
    for (const statement of this.#statements.slice(failed)) {
      if (statement.name) delete connection.submittedNamedStatements[statement.name];
      statement.handleError(error, connection);
    }
  }

  get #current(): Statement | undefined {
    return this.#statements[this.#done];
  }
}

/** A connection that keeps what it is to send: a socket takes one piece in half the time of twenty. */
interface Wire {
  pieces: Buffer[];
  single: Connection;
  /** Of several statements nothing may be done when one of them cannot be sent. */
  shared: Connection;
}

const sync = Buffer.from([0x53, 0, 0, 0, 4]); // an S, and the length of what follows

const known = new WeakMap<Connection, Wire>();

function wireOf(connection: Connection): Wire {
  const wire = known.get(connection) ?? newWire(connection);
  known.set(connection, wire);
  return wire;
}

function newWire(connection: Connection): Wire {
  const pieces: Buffer[] = [];
  const stream = { writable: true, cork() {}, uncork() {}, write: (piece: Buffer) => pieces.push(piece) };
  const single: Connection = Object.create(connection, {
    stream: { value: stream },
    sync: { value() {} }, // PostgreSQL answers, and goes on after an error, when it comes
  });
  const shared: Connection = Object.create(single, {
    close: { value: () => connection.stream.destroy(new Error("A parameter cannot be sent.")) },
  });
  return { pieces, single, shared };
}
