import { connect, createServer, type Server, type Socket } from "node:net";

/** What PostgreSQL sends when a statement is done and it can take the next one. */
const readyForQuery = "Z".charCodeAt(0);

/**
 * A way to PostgreSQL that breaks after a statement: it has been executed, and nobody hears of it. A server that is killed
 * there leaves the same behind.
 */
export class CuttingWire {
  #left = Number.POSITIVE_INFINITY;
  readonly #server: Server;

  constructor(target: URL) {
    this.#server = createServer((client) => {
      const upstream = connect(Number(target.port), target.hostname);
      for (const socket of [client, upstream]) socket.setNoDelay();
      client.pipe(upstream);
      this.#relay(upstream, client);
      for (const socket of [client, upstream])
        socket.on("error", () => {}).on("close", () => [client, upstream].map((each) => each.destroy()));
    });
  }

  /** Lets so many statements through, and breaks after the next one. */
  cutAfter(statements: number): void {
    this.#left = statements;
  }

  /** Lets everything through. @returns whether it has broken since it was told to */
  mend(): boolean {
    const broken = this.#left < 0;
    this.#left = Number.POSITIVE_INFINITY;
    return broken;
  }

  /** The port that it listens at. */
  async open(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await new Promise((resolve) => this.#server.once("listening", resolve));
    return (this.#server.address() as { port: number }).port;
  }

  close(): void {
    this.#server.close();
  }

  /** Message by message: each has a type and its length. */
  #relay(upstream: Socket, client: Socket): void {
    let pending = Buffer.alloc(0);
    upstream.on("data", (data) => {
      pending = Buffer.concat([pending, data]);
      while (pending.length >= 5 && pending.length > pending.readInt32BE(1)) {
        const length = 1 + pending.readInt32BE(1);
        if (pending[0] === readyForQuery) this.#left -= 1;
        if (this.#left === -1) {
          this.#left = -2; // once
          upstream.destroy();
          client.destroy();
          return;
        }
        client.write(pending.subarray(0, length));
        pending = pending.subarray(length);
      }
    });
  }
}
