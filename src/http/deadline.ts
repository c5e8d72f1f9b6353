import type { IncomingMessage } from "node:http";
import { limits } from "../limits.ts";
import { endGently, isEarly } from "./early-answer.ts";
import { rawError } from "./http-errors.ts";

const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/**
 * Ends a request whose body has not arrived whole in time. Node has a deadline of its own, but only one for all
 * requests, and the one that brings a file may take hours.
 */
export function setDeadline(request: IncomingMessage, within: number = limits.request): void {
  if (!isEarly(request)) return; // it has no body
  const timer = setTimeout(() => {
    if (!request.complete) endGently(request.socket, rawError({ code: "ERR_HTTP_REQUEST_TIMEOUT" }));
  }, within);
  timers.set(request, timer);
  request.once("close", () => clearTimeout(timer));
}

/** For a request whose sender is known, and whose body has a `stallTimer`. */
export function liftDeadline(request: IncomingMessage): void {
  clearTimeout(timers.get(request));
}
