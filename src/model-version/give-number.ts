import { randomInt } from "node:crypto";
import type { EntityManager } from "typeorm";
import { live } from "../trash/trash-entry.ts";
import { notFound } from "../user-error.ts";

/** What a version has in the place of its number until the end of its creation; nobody else sees it. */
export function noNumberYet(): number {
  return -randomInt(1, 2 ** 31);
}

/**
 * Gives the version the model's next number. The model's row is locked from here to the end of the transaction, so
 * this comes last: concurrent creations queue up here, and however large their label maps are, not for long. A
 * number whose transaction fails goes to the next.
 *
 * @throws Refusal when the model has been deleted
 */
export async function giveNumber(tx: EntityManager, modelUuid: string, id: string): Promise<void> {
  const [, given]: [unknown, number] = await tx.query(
    `with numbered as (
       update model r set last_version = last_version + 1, updated_at = greatest(updated_at, clock_timestamp())
       where id = $1 and ${live} returning last_version
     )
     update model_version set version = last_version, created_at = clock_timestamp(), updated_at = clock_timestamp()
     from numbered where model_version.id = $2`,
    [modelUuid, id],
  );
  if (given === 0) notFound("model", ["modelId"]);
}
