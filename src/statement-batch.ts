import pg from "pg";

/** What the driver calls as the answers come in; see its own `Query`. */
interface Query {
  name?: string | undefined;
  text: string;
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
  stream: { cork(): void; uncork(): void; destroy(error: Error): void };
  submittedNamedStatements: { [name: string]: string };
  sync(): void;
}

type Settle = (error: Error | null, result: pg.QueryResult) => void;
export type Statement = Query;
export const Statement = pg.Query as unknown as new (config: pg.QueryConfig, settle: Settle) => Query;

/**
 * Statements that reach PostgreSQL in one packet and are answered in one: it does them in their order, and after the first
 * that fails it passes over the rest. Each is still a statement of its own, which sees what was committed before it.
 */
export class Batch extends Statement {
  readonly #statements: Statement[];
  #done = 0;

  constructor(statements: Statement[]) {
    super({ text: "" }, () => {});
    this.#statements = statements;
    // The driver notes under its name that a statement has been parsed, before anything else of it is answered.
    Object.defineProperties(this, {
      name: { get: () => this.#current?.name },
      text: { get: () => this.#current?.text },
    });
  }

  override submit(connection: Connection): null {
    const { stream } = connection;
    const wire: Connection = Object.create(connection, {
      sync: { value() {} }, // PostgreSQL answers, and goes on after an error, when it comes
      close: { value: () => stream.destroy(new Error("A parameter cannot be sent.")) }, // nothing of it may be done
    });
    stream.cork();
    try {
      for (const statement of this.#statements) {
        statement.queryMode = "extended";
        // One that is not sent would take the answer of the next.
        if (statement.submit(wire)) stream.destroy(new Error("A statement cannot be sent."));
      }
      connection.sync();
    } finally {
      stream.uncork();
    }
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

  override handleReadyForQuery(connection: Connection): void {
    for (const statement of this.#statements) statement.handleReadyForQuery(connection);
  }

  override handleError(error: Error, connection: Connection): void {
    for (const statement of this.#statements.slice(0, this.#done)) statement.handleReadyForQuery(connection);
    for (const statement of this.#statements.slice(this.#done)) {
      if (statement.name) delete connection.submittedNamedStatements[statement.name];
      statement.handleError(error, connection);
    }
  }

  get #current(): Statement | undefined {
    return this.#statements[this.#done];
  }
}
