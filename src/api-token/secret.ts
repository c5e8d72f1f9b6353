import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/** What a secret is for; also how its text begins. */
export type SecretKind = "mreg" | "minv";

export const apiTokenSecret: SecretKind = "mreg";
export const invitationSecret: SecretKind = "minv";

/** A new secret, and what the registry keeps of it. */
export interface Secret {
  /** The secret itself; shown once, and stored nowhere. */
  text: string;
  /** Its first characters, which tell one from another and are of no use alone. */
  prefix: string;
  /** SHA-256 of the text. */
  digest: Buffer;
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const form = /^(mreg|minv)_([0-9A-Za-z]{54})([0-9A-Za-z]{6})$/;

/** A new secret: its kind and `_`, 11 characters to tell it by, 256 random bits in 43, a CRC-32 in 6; all in base 62. */
export function newSecret(kind: SecretKind, told = base62(randomBytes(8), 11)): Secret {
  const body = told + base62(randomBytes(32), 43);
  const text = `${kind}_${body}${checksum(body)}`;
  return { text, prefix: `${kind}_${told}`, digest: digestOf(text) };
}

/**
 * @returns the digest by which a secret is looked up, or undefined when this is not the text of one at all. Nothing is
 *   looked up by a part of it, so a wrong one takes as long to refuse however much of it is right.
 */
export function readSecret(kind: SecretKind, text: string): Buffer | undefined {
  const [, of, body = "", check] = form.exec(text) ?? [];
  return of === kind && checksum(body) === check ? digestOf(text) : undefined;
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Tells a mistyped secret from an unknown one without asking the database; no secret. */
function checksum(body: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return base62(bytes, 6);
}

function base62(bytes: Buffer, length: number): string {
  let number = BigInt(`0x${bytes.toString("hex")}`);
  let text = "";
  while (text.length < length) {
    text = alphabet[Number(number % 62n)] + text;
    number /= 62n;
  }
  return text;
}
