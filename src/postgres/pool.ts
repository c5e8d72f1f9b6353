import pg from "pg";
import type { Client } from "./client.ts";
import type { Lease } from "./pipeline.ts";
import { Pipelines } from "./pipelines.ts";
import { Session } from "./session.ts";
import { ask } from "./statement-batch.ts";

type Connected = (error: Error | undefined, session: Session, release: () => void) => void;

interface PoolConfig extends pg.PoolConfig {
  /** How many reads, and how many transactions, a connection is given at once, at most. */
  packets: { reads: number; writes: number };
}

/** The driver's pool, as TypeORM uses one. A connection is taken from it only when there is something to ask. */
export class Pool {
  readonly #pool: pg.Pool;
  // What reads waits for no row. What writes may, and only what writes waits behind it.
  readonly #reads: Pipelines;
  readonly #writes: Pipelines;

  constructor({ packets, ...config }: PoolConfig) {
    this.#pool = new pg.Pool(config);
    const isAwaited = () => this.#pool.waitingCount > 0;
    this.#reads = new Pipelines(this.#lease, isAwaited, packets.reads);
    this.#writes = new Pipelines(this.#lease, isAwaited, packets.writes);
  }

  /** Asks by one statement that only reads. */
  read(text: string, values: unknown[]): Promise<pg.QueryResult> {
    const { statement, answer } = ask(text, values);
    this.#reads.take([statement]);
    return answer;
  }

  connect(connected: Connected): void {
    const session = new Session(this.#lease, this.#writes);
    connected(undefined, session, () => session.release());
  }

  on(event: "error", listener: (error: Error) => void): void {
    this.#pool.on(event, listener);
  }

  end(ended: () => void): void {
    this.#pool.end(ended);
  }

  readonly #lease: Lease = async () => {
    const taken = await this.#pool.connect();
    const client = taken as unknown as Client;
    return { client, release: () => taken.release(client.spent) };
  };
}
