import { limits } from "../limits.ts";
import { type Lease, Pipeline } from "./pipeline.ts";
import type { Statement } from "./statement-batch.ts";

/** Puts packets behind others where that is quicker than another connection; see `Pipeline`. */
export class Pipelines {
  readonly #lease: Lease;
  readonly #isAwaited: () => boolean;
  readonly #packets: number;
  readonly #open: Pipeline[] = [];

  /**
   * @param isAwaited whether others wait for a connection: then none that has one takes more, so that their turn comes
   * @param packets how many a connection is given at once, at most
   */
  constructor(lease: Lease, isAwaited: () => boolean, packets: number) {
    this.#lease = lease;
    this.#isAwaited = isAwaited;
    this.#packets = packets;
  }

  take(statements: Statement[]): void {
    const isAwaited = this.#isAwaited();
    const [milliseconds, packets] = [limits.pipeline * this.#open.length, this.#packets];
    const hasRoom = (each: Pipeline) => each.hasRoom({ milliseconds, packets, isAwaited });
    const pipeline = this.#open.find(hasRoom) ?? this.#newPipeline();
    pipeline.take(statements);
  }

  #newPipeline(): Pipeline {
    const pipeline = new Pipeline(this.#lease, () => this.#open.splice(this.#open.indexOf(pipeline), 1));
    this.#open.push(pipeline);
    return pipeline;
  }
}
