import type { EntityManager } from "typeorm";
import { type Context, viewerOf } from "../context.ts";
import { rows } from "../rows.ts";
import { notFound } from "../user-error.ts";
import type { FileType } from "./file.ts";

/**
 * Has the bytes of a file read again. A reading that somebody else has asked for counts: otherwise a file that is asked for
 * often would never be read to its end.
 *
 * @throws Refusal at `id`
 */
export async function askForReading(
  tx: EntityManager,
  context: Context,
  { type, visible }: FileType,
  uuid: string,
): Promise<void> {
  const { organizationId } = viewerOf(context);
  const [file] = await rows(tx, type, `where r.id = $1 and ${visible}`, [uuid, organizationId]);
  if (!file) notFound("file", ["id"]);
  await tx.query(
    `update blob set check_at = clock_timestamp()
     where id = $1 and state in ('READY', 'CORRUPT') and check_at is null`,
    [file.blobId],
  );
}
