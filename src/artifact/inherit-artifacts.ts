import type { EntityManager } from "typeorm";
import type { Viewer } from "../viewer/viewer.ts";

/**
 * Gives an experiment the files of its base, whose bytes have been read and are good. No bytes are moved. The base is held:
 * nobody judges its bytes anew meanwhile.
 */
export async function inheritArtifacts(
  tx: EntityManager,
  { userId }: Viewer,
  experimentId: string,
  baseId: string,
): Promise<void> {
  await tx.query(
    `insert into artifact (id, organization_id, experiment_id, name, filename, content_type, blob_id, created_by_id)
     select gen_random_uuid(), f.organization_id, $1, f.name, f.filename, f.content_type, f.blob_id, $3
     from model_file f join blob b on b.id = f.blob_id
     where f.model_version_id = $2 and f.trash_entry_id is null and b.state = 'READY'`,
    [experimentId, baseId, userId],
  );
  await tx.query(
    `insert into experiment_base_file (experiment_id, sha256)
     select distinct a.experiment_id, b.sha256 from artifact a join blob b on b.id = a.blob_id
     where a.experiment_id = $1`,
    [experimentId],
  );
}
