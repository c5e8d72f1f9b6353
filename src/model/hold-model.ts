import type { EntityManager } from "typeorm";
import type { Viewer } from "../viewer/viewer.ts";

/**
 * Until the transaction ends, no version leaves or enters the model but those that are being created in it: what takes
 * the model alone waits. Comes first in the transaction, before any row of the model is locked.
 */
export async function holdModel(tx: EntityManager, uuid: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock_shared(hashtextextended($1, 0))", [uuid]);
}

/**
 * The same, and nothing is created in the models either: for what deletes, restores, purges and transfers. It waits for the
 * creations under way, later ones wait for it, and the order is the same for everybody: so of two transfers in opposite
 * directions one waits for the other, and of a name that both write neither holds what the other needs.
 */
export async function holdModelsAlone(tx: EntityManager, uuids: string[]): Promise<void> {
  for (const uuid of [...new Set(uuids)].sort())
    await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [uuid]);
}

/**
 * Renames in an organization happen one at a time: of two that take each other's name at the same moment, each would wait for
 * the other to give it away. Comes before the lock on what is renamed.
 */
export async function holdNames(tx: EntityManager, { organizationId }: Viewer): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 1))", [organizationId]);
}
