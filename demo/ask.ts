import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "./failure.ts";
import type { Settings } from "./settings.ts";

/** Sends one GraphQL operation, and the file that its variable `file` stands for; gives its data. @throws Failure */
export type Ask = <Data>(
  query: string,
  variables?: { [name: string]: unknown },
  file?: File,
) => Promise<Data>;

const attempts = 2;
const patience = 30_000;

export function askAt({ url, token, tokenSource }: Settings): Ask {
  return async <Data>(query: string, variables: { [name: string]: unknown } = {}, file?: File) => {
    const operation = JSON.stringify({ query, variables });
    const authorization = `Bearer ${token}`;
    const { status, text } = await send(
      url,
      file
        ? { method: "POST", headers: { authorization }, body: formOf(operation, file) }
        : { method: "POST", headers: { authorization, "content-type": "application/json" }, body: operation },
    );
    const answer = parse<Data>(text);
    if (!answer) throw new Failure(`${url}: expected a GraphQL answer, got something else (HTTP ${status}).`);
    const [error] = answer.errors ?? [];
    if (error?.extensions?.code === "UNAUTHENTICATED") {
      throw new Failure(`The registry at ${url} refused the token of ${tokenSource}. ${error.message}`);
    }
    if (error || !answer.data) throw new Failure(`${url}: ${error?.message ?? "an answer without data."}`);
    return answer.data;
  };
}

/** A GraphQL multipart request. */
function formOf(operation: string, file: File): FormData {
  const form = new FormData();
  form.set("operations", operation);
  form.set("map", JSON.stringify({ 0: ["variables.file"] }));
  form.set("0", file);
  return form;
}

/** Tries again once: queries change nothing, and every mutation of the demo carries an idempotency key. */
async function send(url: string, request: RequestInit): Promise<{ status: number; text: string }> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url, { ...request, signal: AbortSignal.timeout(patience) });
      const text = await response.text();
      if (response.status !== 503 || attempt === attempts) return { status: response.status, text };
    } catch (error) {
      if (attempt === attempts) throw new Failure(unreachable(url, error));
    }
    await pause(500);
  }
}

function unreachable(url: string, error: unknown): string {
  // fetch hides why in the cause; a time-out has none.
  const { name, cause } = error as Error & { cause?: { code?: string } };
  return (
    `${url}: no registry answers there (${cause?.code ?? name}). ` +
    'Start it with "npm start", or say in REGISTRY_URL where it is.'
  );
}

interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

function parse<Data>(text: string): Answer<Data> | undefined {
  try {
    const answer: Answer<Data> | null = JSON.parse(text);
    return answer?.data || Array.isArray(answer?.errors) ? (answer ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}
