import pg from "pg";
import { expectShape, type RowShape, shapeOf } from "./row-shape.ts";

/** What the driver calls as the answers come in; see its own `Query`. */
interface Query {
  get name(): string | undefined;
  set name(name: string | undefined);
  get text(): string;
  set text(text: string);
  values?: unknown[];
  queryMode?: "extended";
  callback: Settle;
  readonly _result: RowShape;
  _accumulateRows: boolean;
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
  describe(message: unknown): void;
}

type Settle = (error: Error | null, result?: pg.QueryResult) => void;
export type Statement = Query;
export const Statement = pg.Query as unknown as new (
  text: string,
  values: unknown[] | undefined,
  settle: Settle,
) => Query;

/** A statement, and the promise of its answer. */
export function ask(text: string, values: unknown[] | undefined) {
  let settle: Settle = () => {};
  const answer = new Promise<pg.QueryResult>((resolve, reject) => {
    settle = (error, result) => (error ? reject(error) : resolve(result as pg.QueryResult));
  });
  return { statement: new Statement(text, values, settle), answer };
}

type Ended = (error?: pg.DatabaseError) => void;

export const begin = "START TRANSACTION";
export const commit = "COMMIT";
export const rollback = "ROLLBACK";

/** Whether statements begin a transaction and end it. */
export function isWhole(statements: Statement[]): boolean {
  return statements.length > 1 && statements[0]?.text === begin && statements.at(-1)?.text === commit;
}

/**
 * Statements that reach PostgreSQL in one packet and are answered in one: it does them in their order, and after the first
 * that fails it passes over the rest. Each is still a statement of its own, which sees what was committed before it.
 */
export class Batch extends Statement {
  readonly #statements: Statement[];
  readonly #sent: Statement[];
  readonly #ended: Ended;
  #done: number;

  /** @param ended called once, when all has been answered, with the error if there was one */
  constructor(statements: Statement[], ended: Ended) {
    super("", undefined, () => {});
    // What PostgreSQL gets before a Sync is a transaction by itself: with both its ends at hand neither has to be sent.
    const whole = isWhole(statements);
    this.#statements = statements;
    this.#ended = ended;
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
    const wire = wireOf(connection);
    const { pieces, shapes } = wire;
    pieces.length = 0;
    for (const statement of this.#sent) {
      statement.queryMode = "extended";
      const shape = shapes.get(statement.name);
      if (shape) expectShape(statement, shape);
      wire.describes = !shape;
      // One that is not sent would take the answer of the next.
      if (statement.submit(this.#sent.length > 1 ? wire.shared : wire.single))
        stream.destroy(new Error("A statement cannot be sent."));
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
    const statement = this.#current;
    statement?.handleCommandComplete(message, connection);
    if (statement?.name) noteShape(connection, statement.name, statement);
    this.#done += 1;
  }

  override handleEmptyQuery(): void {
    this.#done += 1;
  }

  override handleReadyForQuery(connection: Connection): void {
    for (const statement of this.#statements) statement.handleReadyForQuery(connection);
    this.#ended();
  }

  override handleError(error: Error, connection: Connection): void {
    // Of all that have been done the last one fails when they cannot be committed.
    const failed = Math.min(this.#done, this.#statements.length - 1);
    for (const statement of this.#statements.slice(0, failed)) statement.handleReadyForQuery(connection);
    for (const statement of this.#statements.slice(failed)) {
      if (statement.name) delete connection.submittedNamedStatements[statement.name];
      statement.handleError(error, connection);
    }
    this.#ended(error as pg.DatabaseError);
  }

  get #current(): Statement | undefined {
    return this.#statements[this.#done];
  }
}

/** A connection that keeps what it is to send: a socket takes one piece in half the time of twenty. */
interface Wire {
  pieces: Buffer[];
  /** Of prepared statements, by their names. */
  shapes: Map<string | undefined, RowShape>;
  /** Whether PostgreSQL is asked what the rows of the next statement look like. */
  describes: boolean;
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

function noteShape(connection: Connection, name: string, statement: Statement): void {
  const { shapes } = wireOf(connection);
  if (!shapes.has(name)) shapes.set(name, shapeOf(statement));
}

function newWire(connection: Connection): Wire {
  const pieces: Buffer[] = [];
  const stream = { writable: true, cork() {}, uncork() {}, write: (piece: Buffer) => pieces.push(piece) };
  const single: Connection = Object.create(connection, {
    stream: { value: stream },
    describe: {
      value(message: unknown) {
        if (wire.describes) connection.describe.call(single, message);
      },
    },
    sync: { value() {} }, // PostgreSQL answers, and goes on after an error, when it comes
  });
  const shared: Connection = Object.create(single, {
    close: { value: () => connection.stream.destroy(new Error("A parameter cannot be sent.")) },
  });
  const wire: Wire = { pieces, shapes: new Map(), describes: true, single, shared };
  return wire;
}
