import { limits } from "../limits.ts";
import type { Client } from "./client.ts";
import { expected, type Kind, kindOf, noteDuration } from "./pace.ts";
import type { Statement } from "./statement-batch.ts";

/** A client that has been taken from the pool. */
export interface Leased {
  client: Client;
  release(): void;
}

export type Lease = () => Promise<Leased>;

/** One packet, and what is known of it beforehand. */
interface Job {
  statements: Statement[];
  kind: Kind;
  /** Milliseconds that it is expected to take. */
  expected: number;
}

/** What may be in a pipeline when one more is put behind it. */
interface Room {
  milliseconds: number;
  packets: number;
  /** Whether others wait for a connection. */
  isAwaited: boolean;
}

/** A connection on which packets follow one another without waiting for answers, for as long as there are any. */
export class Pipeline {
  /** Those that have not been answered, in their order. */
  readonly #jobs: Job[] = [];
  readonly #closed: () => void;
  #unsent: Job[] = [];
  #leased: Leased | undefined;
  /** When PostgreSQL could begin with the first of them; at first, since when a client is waited for. */
  #since = performance.now();

  constructor(lease: Lease, closed: () => void) {
    this.#closed = closed;
    lease().then(
      (leased) => {
        this.#leased = leased;
        this.#since = performance.now();
        this.#send();
      },
      (error) => this.#fail(error),
    );
  }

  /** Whether one more would be begun soon. */
  hasRoom({ milliseconds, packets, isAwaited }: Room): boolean {
    if (this.#jobs.length >= packets) return false;
    if (performance.now() - this.#since > limits.pipelineStall) return false;
    if (this.#leased && (isAwaited || this.#leased.client.spent)) return false;
    let backlog = 0;
    for (const job of this.#jobs) backlog += job.expected;
    return backlog < milliseconds;
  }

  take(statements: Statement[]): void {
    const kind = kindOf(statements);
    const job = { statements, kind, expected: expected(kind) };
    this.#jobs.push(job);
    this.#unsent.push(job);
    if (this.#leased && this.#unsent.length === 1) process.nextTick(() => this.#send());
  }

  #send(): void {
    const jobs = this.#unsent;
    this.#unsent = [];
    this.#leased?.client.send(
      jobs.map((job) => ({ statements: job.statements, ended: () => this.#ended(job) })),
    );
  }

  #ended(job: Job): void {
    const now = performance.now();
    noteDuration(job.kind, now - this.#since);
    this.#since = now;
    this.#jobs.splice(this.#jobs.indexOf(job), 1);
    if (this.#jobs.length > 0) return;
    this.#closed();
    this.#leased?.release();
  }

  #fail(error: Error): void {
    this.#closed();
    for (const { statements } of this.#jobs) for (const statement of statements) statement.callback(error);
  }
}
