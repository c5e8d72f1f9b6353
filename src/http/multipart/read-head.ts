import type { IncomingHttpHeaders } from "node:http";
import busboy from "busboy";
import { apiError } from "../../errors.ts";
import { limits } from "../../limits.ts";
import { badForm, describeFailure } from "./bad-form.ts";
import { type FileMap, readFileMap } from "./file-map.ts";

/** What comes before the files of a multipart request. */
export interface Head {
  files: FileMap;
  /** All that had to be read for it; the last chunk may hold the beginning of a file. */
  bytes: Buffer[];
}

/** The whole of the fields and of what stands around them. */
const headSize = limits.body + limits.map + 64 * 1024;

/**
 * Reads a multipart request up to its map and not on, and checks both of its fields.
 *
 * @throws GraphQLError with the code BAD_REQUEST, PAYLOAD_TOO_LARGE or UPLOAD_INCOMPLETE
 */
export async function readHead(
  headers: IncomingHttpHeaders,
  chunks: AsyncIterator<Buffer>,
  parseJson: (text: string) => unknown,
): Promise<Head> {
  const parser = openParser(headers);
  const fields = new Fields(parser);
  const bytes: Buffer[] = [];
  let size = 0;
  while (!fields.done) {
    const { done, value } = await chunks.next();
    if (done) {
      await new Promise((closed) => parser.once("close", closed).end());
      break;
    }
    bytes.push(value);
    size += value.length;
    if (size > headSize) tooLarge("operations", limits.body);
    await new Promise((written) => parser.write(value, written));
  }
  parser.destroy();
  return { files: fields.read(parseJson), bytes };
}

function openParser(headers: IncomingHttpHeaders): busboy.Busboy {
  try {
    // The same settings as the package's, so that it finds the same fields.
    return busboy({ headers, defParamCharset: "utf8", limits: { fieldSize: limits.body, fields: 2 } });
  } catch {
    badForm("Expected the content type multipart/form-data with a boundary.");
  }
}

/** Takes what a parser finds until it has both fields, or something else. */
class Fields {
  #texts: string[] = [];
  #wrong: Error | undefined;

  constructor(parser: busboy.Busboy) {
    parser.on("field", (name, text, { valueTruncated }) => this.#take(name, text, valueTruncated));
    parser.on("file", (_name, stream) => {
      stream.on("error", () => {}).resume();
      this.#refuse(() => badForm("Expected the field map before the first file."));
    });
    parser.on("close", () => this.#refuse(() => badForm("Expected the fields operations and map.")));
    parser.on("error", (error) => {
      this.#refuse(() => {
        throw describeFailure(error as Error);
      });
    });
  }

  get done(): boolean {
    return this.#texts.length === 2 || this.#wrong !== undefined;
  }

  read(parseJson: (text: string) => unknown): FileMap {
    if (this.#wrong) throw this.#wrong;
    const [operations, map] = this.#texts.map((text, index) => parse(text, `${order[index]}`, parseJson));
    if (typeof operations !== "object" || operations === null || Array.isArray(operations))
      badForm("Expected the field operations to be one GraphQL operation as a JSON object.");
    return readFileMap(map, operations);
  }

  #take(name: string, text: string, truncated: boolean): void {
    const expected = order[this.#texts.length];
    if (!expected || this.#wrong) return;
    const most = expected === "map" ? limits.map : limits.body;
    this.#refuse(() => {
      if (name !== expected) badForm("Expected the field operations first, and the field map after it.");
      if (truncated || Buffer.byteLength(text) > most) tooLarge(expected, most);
    });
    this.#texts.push(text);
  }

  /** The first that is wrong is told. */
  #refuse(check: () => void): void {
    if (this.done) return;
    try {
      check();
    } catch (error) {
      this.#wrong = error as Error;
    }
  }
}

const order = ["operations", "map"] as const;

function parse(text: string, field: string, parseJson: (text: string) => unknown): unknown {
  try {
    return parseJson(text);
  } catch {
    badForm(`Expected the field ${field} to be JSON.`);
  }
}

function tooLarge(field: string, most: number): never {
  throw apiError("PAYLOAD_TOO_LARGE", `Expected the field ${field} to have at most ${most} bytes.`);
}
