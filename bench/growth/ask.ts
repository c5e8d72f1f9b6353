import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";

/** One client of one server, on one connection. */
export class Asker {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** @returns the text of the answer, and the milliseconds that it took */
  async ask(body: string): Promise<{ text: string; time: number }> {
    const headers = { "content-type": "application/json", authorization: `Bearer ${this.#token}` };
    const since = performance.now();
    const outgoing = request(`${this.#url}/graphql`, { method: "POST", agent: this.#agent, headers });
    outgoing.end(body);
    const [response]: [IncomingMessage] = (await once(outgoing, "response")) as [IncomingMessage];
    let text = "";
    for await (const piece of response.setEncoding("utf8")) text += piece;
    return { text, time: performance.now() - since };
  }

  end(): void {
    this.#agent.destroy();
  }
}
