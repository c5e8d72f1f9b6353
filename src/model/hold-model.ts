import type { EntityManager } from "typeorm";
import { send } from "../transaction.ts";
import type { Viewer } from "../viewer/viewer.ts";

/**
 * Until the transaction ends, no version leaves or enters the model but those that are being created in it: what takes
 * the model alone waits. Comes first in the transaction, before any row of the model is locked. A model of another
 * organization is not held, and so nobody there can tell that it exists.
 *
 * Of two that are to have one name the second waits here too, not at the index: there one that has its number already
 * would wait, with the model's row, for one that has its name and wants that row.
 */
export async function holdModel(
  tx: EntityManager,
  organizationId: string,
  uuid: string,
  newName: string,
): Promise<void> {
  await send(
    tx,
    `select pg_advisory_xact_lock_shared(hashtextextended(id::text, 0)),
       pg_advisory_xact_lock(hashtextextended(id::text || $3, 3))
     from model where id = $1 and organization_id = $2`,
    [uuid, organizationId, newName],
  );
}

/**
 * The same, and nothing is created in the models either: for what deletes, restores, purges and transfers. It waits for the
 * creations under way, later ones wait for it, and the order is the same for everybody: so of two transfers in opposite
 * directions one waits for the other, and of a name that both write neither holds what the other needs.
 */
export async function holdModelsAlone(
  tx: EntityManager,
  organizationId: string,
  uuids: string[],
): Promise<void> {
  for (const uuid of [...new Set(uuids)].sort())
    await tx.query(
      `select pg_advisory_xact_lock(hashtextextended(id::text, 0)) from model
       where id = $1 and organization_id = $2`,
      [uuid, organizationId],
    );
}

/**
 * Renames of models, and of datasets and experiments, happen one at a time in an organization: of two that take each other's name at the same moment, each would
 * wait for the other to give it away. Comes before the lock on what is renamed.
 */
export async function holdModelNames(tx: EntityManager, { organizationId }: Viewer): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 1))", [organizationId]);
}
