import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Failure } from "./failure.ts";

/** Which registry to fill, and as whom. */
export interface Settings {
  url: string;
  token: string;
  /** Where the token stands: a variable or a file. */
  tokenSource: string;
}

export async function readSettings(env: NodeJS.ProcessEnv): Promise<Settings> {
  const url = env.REGISTRY_URL?.trim() || "http://127.0.0.1:4000/graphql";
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Failure(`REGISTRY_URL: expected a URL such as http://127.0.0.1:4000/graphql, got "${url}".`);
  }
  const fromEnvironment = env.REGISTRY_TOKEN?.trim();
  const file = join(resolve(env.DATA_DIR?.trim() || "data"), "owner-token");
  const token = fromEnvironment || (await readToken(file));
  const tokenSource = fromEnvironment ? "REGISTRY_TOKEN" : file;
  // Not repeated in the message: it is a secret, or something else that was not meant to be shown.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new Failure(`${tokenSource}: expected an API token, got something else.`);
  return { url, token, tokenSource };
}

/** The first start of a registry leaves its owner's token here. */
async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(
      `REGISTRY_TOKEN: expected an API token, got nothing, and ${file} cannot be read (${code}). ` +
        'Start the registry first with "npm start"; if it keeps its data elsewhere, set DATA_DIR.',
    );
  }
}
