import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const form = /^mreg_([0-9A-Za-z]{11})([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

/** A new token: `mreg_`, 11 characters to look it up by, 256 random bits in 43, a CRC-32 in 6; all in base 62. */
export function newSecret(): string {
  const body = base62(randomBytes(8), 11) + base62(randomBytes(32), 43);
  return `mreg_${body}${checksum(body)}`;
}

/** @returns what the registry stores of a token, or undefined when this is not the text of a token at all. */
export function readSecret(token: string): { lookup: string; digest: Buffer } | undefined {
  const [, lookup = "", random = "", check] = form.exec(token) ?? [];
  if (checksum(lookup + random) !== check) return undefined;
  return { lookup, digest: createHash("sha256").update(token).digest() };
}

/** Tells a mistyped token from an unknown one without asking the database; no secret. */
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
