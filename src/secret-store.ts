import type { DataSource, EntityManager } from "typeorm";
import type { Keyring, Sealed } from "./keyring.ts";

/** A table that holds secrets. */
export interface SecretStore {
  /** All of them, with what they are bound to. */
  secrets(db: DataSource): AsyncIterable<Sealed & { binding: string[] }>;

  /**
   * Encrypts the secrets of the next row anew, of which some are not under the first key.
   *
   * @param after the id of the row before.
   * @returns the id of the row, without one when it was the last; and how many secrets were encrypted anew.
   */
  rotateNext(tx: EntityManager, keyring: Keyring, after: string): Promise<{ id?: string; rotated: number }>;
}

/** Before the id of any row. */
export const firstId = "00000000-0000-0000-0000-000000000000";
