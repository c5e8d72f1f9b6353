import { join } from "node:path";
import type { DataSource, EntityManager } from "typeorm";
import type { Keyring } from "../keyring.ts";
import { rows } from "../rows.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import { connectorBinding } from "./connector-secrets.ts";
import { LocalStorage } from "./local-storage.ts";
import { s3Client } from "./s3-client.ts";
import { forbiddenBy, type S3Rules } from "./s3-endpoint.ts";
import { S3Storage } from "./s3-storage.ts";
import { type Storage, StorageError } from "./storage.ts";
import { StorageConnector, StorageKind } from "./storage-connector.ts";

/** Opens the storage of a connector. */
export class Storages {
  readonly #filesDir: string;
  readonly #s3: (S3Rules & { keyring: Keyring }) | null;
  /** By connector, with the row that it was opened from: an S3 client keeps connections, and is worth keeping itself. */
  readonly #opened = new Map<string, { row: string; storage: Storage }>();

  /** @param s3 what opens object stores: the keys of their credentials, and what the operator allows; null for local disks only. */
  constructor(filesDir: string, s3: (S3Rules & { keyring: Keyring }) | null = null) {
    this.#filesDir = filesDir;
    this.#s3 = s3;
  }

  /** @throws StorageError when the operator does not allow it, or the key of its secret is missing */
  open(connector: StorageConnector): Storage {
    const { id, kind, organizationId } = connector;
    if (kind === StorageKind.LOCAL_DISK) return new LocalStorage(join(this.#filesDir, organizationId));
    const row = JSON.stringify(connector);
    const known = this.#opened.get(id);
    if (known?.row === row) return known.storage;
    const storage = this.#openS3(connector);
    this.#opened.set(id, { row, storage });
    return storage;
  }

  /** @throws Refusal below `field` when the operator does not allow a bucket, or the server's own credentials for it */
  expectAllowed(
    place: { endpoint: string | null; bucket: string | null; hasKey: boolean },
    field: string[],
  ): void {
    const forbidden = this.#s3 && forbiddenBy(this.#s3, { ...place, bucket: place.bucket ?? "" });
    if (!forbidden) return;
    const expected = {
      endpoint: "an object store that the operator of the registry allows (S3_ENDPOINTS)",
      credentials:
        "credentials: the operator of the registry does not lend the server's own (S3_ENVIRONMENT_BUCKETS)",
    };
    refuse(UserErrorCode.INVALID, [...field, forbidden], `Expected ${expected[forbidden]}.`);
  }

  #openS3(connector: StorageConnector): Storage {
    if (this.#s3 === null) throw new StorageError("REFUSED", "Object stores are not set up here.");
    const { endpoint, pathStyle, accessKeyId, secretAccessKey } = connector;
    const [region, bucket] = [connector.region ?? "", connector.bucket ?? ""];
    const forbidden = forbiddenBy(this.#s3, { endpoint, bucket, hasKey: accessKeyId !== null });
    if (forbidden)
      throw new StorageError("REFUSED", `The operator of the registry does not allow its ${forbidden}.`);
    const secret = secretAccessKey && this.#s3.keyring.open(secretAccessKey, connectorBinding(connector));
    if (secretAccessKey && secret === null)
      throw new StorageError("REFUSED", "The key that its secret access key is encrypted with is missing.");
    const credentials = accessKeyId !== null && secret ? { accessKeyId, secretAccessKey: secret } : null;
    const client = s3Client({ endpoint, region, pathStyle, credentials });
    return new S3Storage(client, bucket, connector.prefix ?? "");
  }

  /** The storage that a blob is in. */
  async of(db: DataSource | EntityManager, connectorId: string): Promise<Storage> {
    const [connector] = await rows(db, StorageConnector, "where r.id = $1", [connectorId]);
    if (!connector) throw new Error("A blob without its connector.");
    return this.open(connector);
  }
}

/** Where new files of an organization go. */
export async function defaultConnector(
  db: DataSource | EntityManager,
  organizationId: string,
): Promise<StorageConnector> {
  const tail = "where r.organization_id = $1 and r.is_default";
  const [connector] = await rows(db, StorageConnector, tail, [organizationId]);
  if (!connector) throw new Error("An organization without a default storage connector.");
  return connector;
}
