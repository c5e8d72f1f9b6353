import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Load, Measured } from "./load.ts";

type Constant = "token" | "seconds" | "connections" | "size";

/** `load.ts` in a process of its own, so that it takes no time from a server. */
export class LoadGenerator {
  readonly #child = fork(join(import.meta.dirname, "load.ts"));
  readonly #ended = once(this.#child, "exit").then(() => {
    throw new Error("The load generator ended.");
  });
  readonly #constant: Pick<Load, Constant>;

  constructor(constant: Pick<Load, Constant>) {
    this.#constant = constant;
    this.#ended.catch(() => {}); // in the end it is told to
  }

  async run(load: Omit<Load, Constant>): Promise<Measured> {
    this.#child.send({ ...this.#constant, ...load } satisfies Load);
    const [measured] = await Promise.race([once(this.#child, "message"), this.#ended]);
    return measured;
  }

  end(): void {
    this.#child.kill();
  }
}
