import type { Keyring } from "./keyring.ts";

/** A URL of this server that lets whoever has it do one thing for a while, without a token. */
export interface SignedUrl {
  /** What it lets do, such as `download`: signatures for one purpose are no good for another. */
  purpose: string;
  /** Under the base URL, such as `/files/…`. */
  path: string;
  /** What else is signed. */
  parameters: { [name: string]: string };
}

/** The URL, good for some seconds. @throws GraphQLError with the code SECRETS_NOT_CONFIGURED */
export function signUrl(
  keyring: Keyring,
  baseUrl: string,
  { purpose, path, parameters }: SignedUrl,
  expiresIn: number,
): string {
  const expires = String(Math.floor(Date.now() / 1_000) + expiresIn);
  const query = new URLSearchParams({ ...parameters, expires });
  const { keyId, signature } = keyring.sign(signedText(path, query), purpose);
  query.set("key", keyId);
  query.set("signature", signature);
  return `${baseUrl}${path}?${query}`;
}

/**
 * What was signed; or why it is not to be believed. The path is the one to go by: that of the request may be written in another
 * way, with steps such as `..`, and then its pieces are not those that were signed.
 */
export function readSignedUrl(
  keyring: Keyring,
  purpose: string,
  pathAndQuery: string,
): { path: string; parameters: URLSearchParams } | "FORGED" | "EXPIRED" {
  const { pathname, searchParams: query } = new URL(pathAndQuery, "http://registry");
  const [keyId, signature] = [query.get("key") ?? "", query.get("signature") ?? ""];
  query.delete("key");
  query.delete("signature");
  if (!keyring.hasSigned(signedText(pathname, query), purpose, { keyId, signature })) return "FORGED";
  const isGood = Number(query.get("expires")) * 1_000 > Date.now();
  return isGood ? { path: pathname, parameters: query } : "EXPIRED";
}

function signedText(path: string, query: URLSearchParams): string {
  query.sort();
  return `${path}?${query}`;
}
