import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { get, type IncomingMessage, request } from "node:http";

/** What is sent or taken over HTTP, in a process of its own: a file of 256 MiB. */
export interface Transfer {
  url: string;
  /** Whether what is taken is hashed, which takes longer. */
  hashed?: boolean;
  /** What the file is made of, which is sent with what stands before and after it; it is taken when this is not given. */
  sent?: { seed: number; headers: { [name: string]: string }; before: string; after: string };
}

export interface Transferred {
  milliseconds: number;
  /** The answer to what was sent, or where it is asked for, the digest of what was taken. */
  text: string;
}

const chunk = randomBytes(1024 * 1024);
const chunks = 256;

process.on("message", async ({ url, sent, hashed }: Transfer) => {
  const since = performance.now();
  const text = sent ? await send(url, sent) : await take(url, hashed);
  process.send?.({ milliseconds: performance.now() - since, text } satisfies Transferred);
});

async function send(url: string, { seed, headers, before, after }: NonNullable<Transfer["sent"]>) {
  chunk.writeDoubleBE(seed);
  const outgoing = request(url, { method: "POST", headers });
  const answering: Promise<[IncomingMessage]> = once(outgoing, "response") as never;
  outgoing.write(before);
  for (let count = 0; count < chunks; count += 1) if (!outgoing.write(chunk)) await once(outgoing, "drain");
  outgoing.end(after);
  const [response] = await answering;
  let text = "";
  for await (const piece of response.setEncoding("utf8")) text += piece;
  return text;
}

async function take(url: string, hashed = false): Promise<string> {
  const [response] = await once(get(url), "response");
  const hash = hashed ? createHash("sha256") : undefined;
  let size = 0;
  response.on("data", (piece: Buffer) => {
    size += piece.length;
    hash?.update(piece);
  });
  await once(response, "end");
  if (size !== chunk.length * chunks) throw new Error(`${response.statusCode}: ${size} bytes`);
  return hash?.digest("hex") ?? "";
}
