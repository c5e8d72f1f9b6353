import { createHash } from "node:crypto";
import { type Answer, type Data, sender } from "../../test/support/send.ts";

/** What a client gets when an answer came: its data; or null when none came, or one that asks to try again. */
export type Got = Data | null;

const tryAgain = [
  "SERVICE_UNAVAILABLE",
  "TIMEOUT",
  "STORAGE_UNAVAILABLE",
  "STORAGE_FULL",
  "UPLOAD_INCOMPLETE",
];

/** A client's view of files: every request is sent once, to whichever server runs at the moment. */
export class FileApi {
  /** Answers that no failure of a machine excuses. */
  readonly unexpected: unknown[] = [];
  readonly #server: { url: string; token: string };

  constructor(server: { url: string; token: string }) {
    this.#server = server;
  }

  async send(document: string, variables: object): Promise<Got> {
    const { url, token } = this.#server;
    return this.#dataOf(sender(url, token)(document, variables), variables);
  }

  /** A multipart request, whose file stands for `variables.input.file`. */
  async sendFile(
    document: string,
    variables: { input: object; [name: string]: unknown },
    bytes: Buffer,
  ): Promise<Got> {
    const { url, token } = this.#server;
    const form = new FormData();
    const operations = {
      query: document,
      variables: { ...variables, input: { ...variables.input, file: null } },
    };
    form.set("operations", JSON.stringify(operations));
    form.set("map", JSON.stringify({ 0: ["variables.input.file"] }));
    form.set("0", new File([new Uint8Array(bytes)], "weights.bin"));
    const headers = { authorization: `Bearer ${token}` };
    const answer = fetch(url, { method: "POST", headers, body: form }).then(async (response) => ({
      status: response.status,
      headers: response.headers,
      body: JSON.parse(await response.text()),
    }));
    return this.#dataOf(answer, variables);
  }

  /** Sends a part. @returns its ETag */
  async put(url: string, bytes: Buffer): Promise<string | null> {
    const response = await fetch(url, { method: "PUT", body: new Uint8Array(bytes) }).catch(noAnswer);
    await response?.text().catch(noAnswer);
    if (response && !response.ok && response.status < 500) this.unexpected.push(response.status);
    return response?.ok ? response.headers.get("etag") : null;
  }

  /** The digest of what is downloaded; null when it did not arrive whole. */
  async get(url: string): Promise<string | null> {
    const response = await fetch(url).catch(noAnswer);
    const bytes = await response?.arrayBuffer().catch(noAnswer);
    if (response && !response.ok && response.status < 500) this.unexpected.push(response.status);
    return response?.ok && bytes ? digestOf(Buffer.from(bytes)) : null;
  }

  async #dataOf(sending: Promise<Answer>, variables: object): Promise<Got> {
    const answer = await sending.catch(noAnswer);
    if (!answer) return null;
    const { data, errors } = answer.body;
    if (!errors) return data;
    if (!errors.every(({ extensions }) => tryAgain.includes(extensions.code)))
      this.unexpected.push({ errors, variables });
    return null;
  }
}

/** The connection was refused, or broke before the whole answer was there. */
function noAnswer(error: Error): null {
  if (/^(fetch failed|terminated|other side closed)$/.test(error.message) || error instanceof SyntaxError)
    return null;
  throw error;
}

export function digestOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
