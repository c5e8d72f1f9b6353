import { join } from "node:path";
import type { DataSource, EntityManager } from "typeorm";
import { rows } from "../rows.ts";
import { LocalStorage } from "./local-storage.ts";
import type { Storage } from "./storage.ts";
import { StorageConnector, StorageKind } from "./storage-connector.ts";

/** Opens the storage of a connector. */
export class Storages {
  readonly #filesDir: string;

  constructor(filesDir: string) {
    this.#filesDir = filesDir;
  }

  open({ kind, organizationId }: StorageConnector): Storage {
    if (kind === StorageKind.LOCAL_DISK) return new LocalStorage(join(this.#filesDir, organizationId));
    throw new Error("Not yet.");
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
