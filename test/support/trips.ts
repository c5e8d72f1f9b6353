import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

/** The way to a PostgreSQL that counts how often somebody waits for its answer. */
export async function countingTrips(target: string) {
  const url = new URL(target);
  const { port, hostname } = url;
  let trips = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let unread = Buffer.alloc(0);
    let started = false;
    client.on("data", (data: Buffer) => {
      unread = Buffer.concat([unread, data]);
      for (;;) {
        const type = started ? 1 : 0; // the first message of a connection has none
        if (unread.length < type + 4 || unread.length < type + unread.readInt32BE(type)) break;
        if (started && /[QS]/.test(String.fromCharCode(unread[0] ?? 0))) trips += 1; // Query, Sync
        unread = unread.subarray(type + unread.readInt32BE(type));
        started = true;
      }
    });
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) socket.on("error", () => {});
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    close: () => server.close(),
    /** How often it is waited for while this runs. */
    async during(run: () => Promise<unknown>): Promise<number> {
      const before = trips;
      await run();
      return trips - before;
    },
  };
}
