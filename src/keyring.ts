import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import { apiError } from "./errors.ts";

/** A key of the configuration: 256 bits, under an id that is stored with everything it encrypts. */
export interface SecretKey {
  id: string;
  key: KeyObject;
}

/** A signature, and the id of the key that it was made with. */
export interface Signature {
  keyId: string;
  signature: string;
}

/** A secret at rest: nonce, ciphertext and tag of AES-256-GCM in base64, and the id of the key. */
export interface Sealed {
  keyId: string;
  sealed: string;
}

const cipher = "aes-256-gcm";
const [keyBytes, nonceBytes, tagBytes] = [32, 12, 16];

/**
 * The keys that secrets at rest are encrypted with: the first encrypts, all decrypt. Without any, secrets can neither be
 * written nor read, and everything else works.
 *
 * `binding` is authenticated with each secret: what it belongs to. Nobody who can write to the database can make a
 * secret appear where its binding differs.
 */
export class Keyring {
  readonly #keys: readonly SecretKey[];

  constructor(keys: readonly SecretKey[]) {
    this.#keys = keys;
  }

  /** The id of the key that encrypts. @throws GraphQLError with the code SECRETS_NOT_CONFIGURED */
  get current(): string {
    return this.#first().id;
  }

  get isEmpty(): boolean {
    return this.#keys.length === 0;
  }

  has(keyId: string): boolean {
    return this.#keys.some(({ id }) => id === keyId);
  }

  /** @throws GraphQLError with the code SECRETS_NOT_CONFIGURED */
  seal(text: string, binding: string[]): Sealed {
    const { id, key } = this.#first();
    const nonce = randomBytes(nonceBytes);
    const encryption = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(JSON.stringify(binding)));
    const ciphertext = [encryption.update(text, "utf8"), encryption.final()];
    const sealed = Buffer.concat([nonce, ...ciphertext, encryption.getAuthTag()]).toString("base64");
    return { keyId: id, sealed };
  }

  /** @returns the secret, or null when its key is missing or is another one than it was encrypted with. */
  open({ keyId, sealed }: Sealed, binding: string[]): string | null {
    const found = this.#keys.find(({ id }) => id === keyId);
    const bytes = Buffer.from(sealed, "base64");
    if (!found || bytes.length < nonceBytes + tagBytes) return null;
    const decryption = createDecipheriv(cipher, found.key, bytes.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    decryption.setAAD(Buffer.from(JSON.stringify(binding))).setAuthTag(bytes.subarray(-tagBytes));
    const text = decryption.update(bytes.subarray(nonceBytes, -tagBytes));
    try {
      decryption.final();
    } catch {
      return null; // it says no more than that it is not authentic
    }
    return text.toString("utf8");
  }

  /** Signs a text for a purpose: HMAC-SHA-256 under a key derived from the first. @throws GraphQLError as `seal` does */
  sign(text: string, purpose: string): Signature {
    const { id, key } = this.#first();
    return { keyId: id, signature: hmac(key, text, purpose).toString("base64url") };
  }

  /** Whether one of the keys has signed the text for the purpose. */
  hasSigned(text: string, purpose: string, { keyId, signature }: Signature): boolean {
    const found = this.#keys.find(({ id }) => id === keyId);
    const bytes = Buffer.from(signature, "base64url");
    if (!found || bytes.length !== keyBytes) return false;
    return timingSafeEqual(bytes, hmac(found.key, text, purpose));
  }

  #first(): SecretKey {
    const [first] = this.#keys;
    if (first) return first;
    throw apiError(
      "SECRETS_NOT_CONFIGURED",
      "This registry has no key to encrypt secrets with, so it does not take any: its operator sets SECRET_KEYS.",
    );
  }
}

function hmac(key: KeyObject, text: string, purpose: string): Buffer {
  const derived = Buffer.from(hkdfSync("sha256", key, "", purpose, keyBytes));
  return createHmac("sha256", derived).update(text).digest();
}

/** Keys as they stand in SECRET_KEYS and in the key file: `id:base64`, separated by commas or line breaks. */
export function parseSecretKeys(text: string): SecretKey[] | undefined {
  const keys: SecretKey[] = [];
  for (const entry of text.split(/[\s,]+/).filter(Boolean)) {
    const [, id, base64 = ""] = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/]{43}=)$/.exec(entry) ?? [];
    const bytes = Buffer.from(base64, "base64");
    if (id === undefined || bytes.length !== keyBytes || keys.some((key) => key.id === id)) return undefined;
    keys.push({ id, key: createSecretKey(bytes) });
  }
  return keys.length > 0 ? keys : undefined;
}

/** A new key, as `parseSecretKeys` reads it. */
export function newSecretKey(): string {
  return `${randomBytes(4).toString("hex")}:${randomBytes(keyBytes).toString("base64")}`;
}
