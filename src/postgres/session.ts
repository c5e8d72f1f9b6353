import type pg from "pg";
import type { Lease, Leased } from "./pipeline.ts";
import type { Pipelines } from "./pipelines.ts";
import { ask, isWhole, rollback, type Statement } from "./statement-batch.ts";

/**
 * What TypeORM takes for a connection. What is asked of it in one go is sent in one go. A transaction that is sent whole
 * goes through a pipeline; for anything else it takes a connection of its own, and keeps that until it is released: what
 * comes next may belong to it.
 */
export class Session {
  readonly #lease: Lease;
  readonly #pipelines: Pipelines;
  #waiting: Statement[] = [];
  #own: Promise<Leased> | undefined;
  #isReleased = false;

  constructor(lease: Lease, pipelines: Pipelines) {
    this.#lease = lease;
    this.#pipelines = pipelines;
  }

  query(text: string, values?: unknown[]): Promise<pg.QueryResult> {
    if (this.#isReleased) return Promise.reject(new Error("The connection has already been released."));
    const { statement, answer } = ask(text, values);
    if (this.#waiting.length === 0) process.nextTick(() => this.#send());
    this.#waiting.push(statement);
    return answer;
  }

  /** Tells of nothing by itself: who asks on a connection that has broken is told then. */
  on(): this {
    return this;
  }

  removeListener(): this {
    return this;
  }

  release(): void {
    this.#isReleased = true;
    this.#own?.then(
      ({ release }) => release(),
      () => {}, // there is none
    );
  }

  #send(): void {
    const statements = this.#waiting;
    this.#waiting = [];
    const only = statements.length === 1 ? statements[0] : undefined;
    if (!this.#own && isWhole(statements)) this.#pipelines.take(statements);
    else if (!this.#own && only?.text === rollback) only.callback(null, nothing);
    else this.#sendOnOwn(statements, only);
  }

  #sendOnOwn(statements: Statement[], only: Statement | undefined): void {
    this.#own ??= this.#lease();
    this.#own.then(
      ({ client }) => {
        // Several commands in one text are only understood when nothing comes along.
        if (only && !only.values?.length) client.sendAlone(only);
        else client.send([{ statements }]);
      },
      (error) => {
        for (const statement of statements) statement.callback(error);
      },
    );
  }
}

/** The answer to a ROLLBACK where there is no transaction: what went through a pipeline has been taken back by then. */
const nothing = { rows: [], rowCount: null, command: rollback, oid: 0, fields: [] };
