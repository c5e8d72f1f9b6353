import { randomInt } from "node:crypto";
import type { EntityManager } from "typeorm";
import { columnsOf, toRow } from "../rows.ts";
import { send } from "../transaction.ts";
import { live } from "../trash/trash-entry.ts";
import { notFound } from "../user-error.ts";
import { ModelVersion } from "./model-version.ts";

/** What a version has in the place of its number until the end of its creation; nobody else sees it. */
export function noNumberYet(): number {
  return -randomInt(1, 2 ** 31);
}

/** Locks the row of the model with the UUID `$1`, unless it has been deleted, and counts its versions up. */
export const countUp = `
  update model r set last_version = last_version + 1, updated_at = greatest(updated_at, clock_timestamp())
  where id = $1 and ${live}`;

/**
 * Gives the version the model's next number. The model's row is locked from here to the end of the transaction, so
 * this comes last: concurrent creations queue up here, and however large their label maps are, not for long. A
 * number whose transaction fails goes to the next.
 *
 * @returns the version as it is then.
 * @throws Refusal when the model has been deleted; a version without a number is not committed.
 */
export async function giveNumber(
  tx: EntityManager,
  modelUuid: string,
  id: string,
): Promise<{ answer: Promise<ModelVersion> }> {
  return send(
    tx,
    `with numbered as (${countUp} returning last_version, clock_timestamp() as given_at)
     update model_version r set version = last_version, created_at = given_at, updated_at = given_at
     from numbered where r.id = $2 returning ${columnsOf(tx, ModelVersion)}`,
    [modelUuid, id],
    ([[row]]: [object[]]) => (row ? toRow(ModelVersion, row) : notFound("model", ["modelId"])),
  );
}
