import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Which way bytes go. */
export type Direction = "up" | "down";

/**
 * The way to a server, with an address that stays when the server is started anew. It counts what passes, and can stop in the
 * middle or turn a bit over on the way.
 */
export class Wire {
  /** Where the server is at the moment. */
  target: URL;
  /** Bytes that have passed. */
  readonly passed = { up: 0, down: 0 };
  /** The one whose bit is turned over, counted from now on in this direction. */
  #flip: { direction: Direction; at: number } | null = null;
  #hold: { direction: Direction; after: number; reached: () => void } | null = null;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(target: string) {
    this.target = new URL(target);
    this.#server = createServer((client) => this.#join(client));
  }

  /** @returns the server's URL by way of this. */
  async open(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const url = new URL(this.target);
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  /** Counts from nothing again. */
  reset(): void {
    Object.assign(this.passed, { up: 0, down: 0 });
  }

  /** Lets so many bytes more pass, and then none in this direction. @returns when they have. */
  holdAfter(direction: Direction, bytes: number): Promise<void> {
    return new Promise((reached) => {
      this.#hold = { direction, after: this.passed[direction] + bytes, reached };
    });
  }

  /** Ends what is being held, and holds no longer. */
  cut(): void {
    this.#hold = null;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Turns over a bit of the byte that comes after so many others. */
  flip(direction: Direction, bytes: number): void {
    this.#flip = { direction, at: this.passed[direction] + bytes };
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(client: Socket): void {
    const server = connect(Number(this.target.port), this.target.hostname);
    this.#carry("up", client, server);
    this.#carry("down", server, client);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        for (const each of [client, server]) each.destroySoon();
      });
    }
  }

  #carry(direction: Direction, from: Socket, to: Socket): void {
    from.on("data", (data) => {
      const hold = this.#hold;
      if (hold?.direction === direction && this.passed[direction] >= hold.after) {
        from.pause();
        return hold.reached();
      }
      this.#flipIn(direction, data);
      this.passed[direction] += data.length;
      if (!to.write(data)) from.pause();
    });
    to.on("drain", () => from.resume());
    from.on("end", () => to.end());
  }

  #flipIn(direction: Direction, data: Buffer): void {
    if (this.#flip?.direction !== direction) return;
    const at = this.#flip.at - this.passed[direction];
    if (at < 0 || at >= data.length) return;
    data[at] = (data[at] ?? 0) ^ 1;
    this.#flip = null;
  }
}
