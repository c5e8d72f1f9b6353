import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Busboy } from "busboy";
import { processRequest, type Upload } from "graphql-upload-minimal";
import { IncomingFile } from "../../blob/incoming-file.ts";
import type { StagedBlob } from "../../blob/stage-blob.ts";
import { apiError } from "../../errors.ts";
import { limits } from "../../limits.ts";
import { describeFailure, incomplete, unexpectedPart } from "./bad-form.ts";
import type { Head } from "./read-head.ts";

export interface FormOptions {
  headers: IncomingHttpHeaders;
  maxFileSize: number;
  stage(bytes: AsyncIterable<Buffer>): Promise<StagedBlob>;
  discard(staged: StagedBlob): Promise<unknown>;
}

/**
 * A multipart request whose head has been checked. Its files are staged in the order in which they come, whatever
 * resolver waits for which: so none waits for one behind it. It is all or nothing: no file has arrived before the whole
 * body has been read, and was as it should be.
 */
export class Form {
  readonly #options: FormOptions;
  /** The names of the parts that have not come yet. */
  readonly #missing: Set<string>;
  readonly #staging: Promise<StagedBlob>[] = [];
  readonly #failed: Promise<never>;
  #fail: (error: Error) => void = () => {};
  #parser: Busboy | undefined;

  constructor(parts: Iterable<string>, options: FormOptions) {
    this.#options = options;
    this.#missing = new Set(parts);
    this.#failed = new Promise((_, reject) => {
      this.#fail = (error) => {
        reject(error); // the first time
        this.#parser?.destroy();
      };
    });
  }

  /** @returns the GraphQL request, with an `IncomingFile` in the place of each file. */
  async open({ files, bytes }: Head, rest: AsyncIterable<Buffer>): Promise<unknown> {
    const { headers, maxFileSize } = this.#options;
    let read = Promise.resolve();
    const operations = processRequest(
      asRequest(headers, (parser) => {
        this.#watch(parser);
        for (const chunk of bytes) parser.write(chunk);
        if (!parser.destroyed) read = pipeline(rest, parser);
      }),
      {} as ServerResponse,
      // One more of each, because what fills a limit exceeds it there.
      { maxFieldSize: limits.body + 1, maxFileSize: maxFileSize + 1, maxFiles: limits.filesAtOnce + 1 },
    );
    const whole = Promise.race([this.#failed, read.then(() => Promise.all(this.#staging))]);
    whole.catch(() => {}); // told to whoever waits for a file
    const found = await operations;
    for (const steps of files.values()) this.#receive(found, steps, whole);
    return found;
  }

  /** To be called when the request has been answered: stops reading, and leaves nothing behind that nobody uses. */
  async end(): Promise<void> {
    this.#fail(new Error("The request has been answered."));
    for (const staged of await Promise.allSettled(this.#staging))
      if (staged.status === "fulfilled") await this.#options.discard(staged.value).catch(() => {});
  }

  #receive(operations: object, steps: string[], whole: Promise<unknown>): void {
    const last = String(steps.at(-1));
    const place = steps.slice(0, -1).reduce((at, step) => at[step] as Place, operations as Place);
    const { promise } = place[last] as Upload;
    const announced = promise.catch(() => {
      throw incomplete("a part of the body for each file in map");
    });
    const filename = announced.then((file) => file.filename ?? ""); // not every part has one
    const staged = announced.then((file) => this.#options.stage(file.createReadStream()));
    staged.catch(this.#fail);
    this.#staging.push(staged);
    place[last] = new IncomingFile(
      Promise.race([this.#failed, filename]),
      whole.then(() => staged),
    );
  }

  /** Sees to what the package overlooks. */
  #watch(parser: Busboy): void {
    this.#parser = parser;
    parser.on("error", (error) => this.#fail(describeFailure(error as Error)));
    parser.on("file", (part, stream) => {
      if (!this.#missing.delete(part)) this.#fail(unexpectedPart());
      stream.on("limit", () => this.#fail(this.#tooLarge()));
    });
    parser.on("fieldsLimit", () => this.#fail(unexpectedPart()));
  }

  #tooLarge(): Error {
    return apiError("PAYLOAD_TOO_LARGE", `Expected a file of at most ${this.#options.maxFileSize} bytes.`);
  }
}

type Place = { [step: string]: unknown };

/**
 * All that the package sees of a request. It tells nobody which parser it pipes into, so that is where the parser is met;
 * and it may not drain a body that nobody wants.
 */
function asRequest(headers: IncomingHttpHeaders, pipe: (parser: Busboy) => void): IncomingMessage {
  const request = { headers, pipe, unpipe() {}, once() {}, resume() {} };
  return request as unknown as IncomingMessage;
}
