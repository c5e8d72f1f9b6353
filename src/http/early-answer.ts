import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { limits } from "../limits.ts";

/** Whether an answer now would be given before the request's body has been read. */
export function isEarly(request: IncomingMessage): boolean {
  const { "content-length": length = "0", "transfer-encoding": encoding } = request.headers;
  return !request.complete && (length !== "0" || encoding !== undefined);
}

/**
 * Makes the answer to a request whose body is not wanted the last one on its connection. Node would read the body to its
 * end, however long; and to close at once would take the answer from a client that is still sending.
 */
export function stopReading(request: IncomingMessage): void {
  request.read(); // what somebody has read from is not drained
  request.pause();
  const { socket } = request;
  socket.destroySoon = () => endGently(socket);
  socket.once("close", () => request.destroy()); // Node forgets a request that it has answered
}

/** Sends what is left to be sent, and the end; then the other side has a moment to read it. */
export function endGently(socket: Socket, last?: string): void {
  if (last !== undefined && socket.writable) socket.end(last);
  else socket.end();
  const timer = setTimeout(() => socket.destroy(), limits.linger);
  socket.once("close", () => clearTimeout(timer));
}
