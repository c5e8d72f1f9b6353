import type { EntityManager } from "typeorm";
import type { BlobState } from "../blob/blob.ts";
import { limits } from "../limits.ts";
import { Refusal, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";

/**
 * Makes the artifacts of an experiment, which is locked, files of a version. No bytes are moved.
 *
 * @throws Refusal at `id` when the bytes of any have not been read, or are damaged
 */
export async function exportArtifacts(
  tx: EntityManager,
  { userId }: Viewer,
  experimentId: string,
  versionId: string,
): Promise<void> {
  const unready: { name: string; state: BlobState }[] = await tx.query(
    `select a.name, b.state from artifact a join blob b on b.id = a.blob_id
     where a.experiment_id = $1 and b.state <> 'READY' order by a.name limit $2`,
    [experimentId, limits.userErrors],
  );
  if (unready.length > 0)
    throw new Refusal(
      unready.map(({ name, state }) => ({
        code: UserErrorCode.CONFLICT,
        field: ["id"],
        message: `Expected artifacts that are READY, got "${name}", which is ${state}.`,
      })),
    );
  await tx.query(
    `insert into model_file (id, organization_id, model_version_id, name, filename, content_type, blob_id, created_by_id)
     select gen_random_uuid(), organization_id, $2, name, filename, content_type, blob_id, $3
     from artifact where experiment_id = $1`,
    [experimentId, versionId, userId],
  );
}
