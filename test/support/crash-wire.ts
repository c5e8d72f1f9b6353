import { connect, createServer, type Server } from "node:net";

/** What PostgreSQL sends when it can take the next query, and what it sends last when its postmaster was killed. */
const ready = Buffer.from("Z\0\0\0\x05I");
const fatal = message(
  "E",
  "SFATAL\0VFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0",
);

/** A way to PostgreSQL on which every new connection, while `cruel`, is ended in the same packet that opens it. */
export class CruelWire {
  cruel = false;
  readonly #server: Server;

  constructor(target: URL) {
    this.#server = createServer((client) => {
      const upstream = connect(Number(target.port), target.hostname);
      const { cruel } = this;
      client.pipe(upstream);
      upstream.on("data", (data) => {
        if (!cruel || !data.subarray(-ready.length).equals(ready)) return client.write(data);
        upstream.destroy();
        return client.end(Buffer.concat([data, fatal]));
      });
      for (const socket of [client, upstream])
        socket.on("error", () => {}).on("close", () => [client, upstream].map((each) => each.destroy()));
    });
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
}

function message(type: string, text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + text.length);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(text)]);
}
