import type { EntityManager } from "typeorm";
import { holdModelsAlone } from "../model/hold-model.ts";
import { rows } from "../rows.ts";
import { notFound, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { ModelVersion } from "./model-version.ts";

/**
 * The version, live or not, with its model and the other models alone until the transaction ends.
 *
 * @throws Refusal NOT_FOUND at `id`, CONFLICT at `id` when it was transferred in the meantime
 */
export async function lockWithModels(
  tx: EntityManager,
  { organizationId }: Viewer,
  uuid: string,
  otherModels: string[] = [],
): Promise<ModelVersion> {
  const tail = "where r.id = $1 and r.organization_id = $2";
  const [seen] = await rows(tx, ModelVersion, tail, [uuid, organizationId]);
  if (!seen) notFound("version", ["id"]);
  await holdModelsAlone(tx, organizationId, [seen.modelId, ...otherModels]);
  const [version] = await rows(tx, ModelVersion, `${tail} for no key update`, [uuid, organizationId]);
  if (version?.modelId === seen.modelId) return version;
  refuse(UserErrorCode.CONFLICT, ["id"], "It has just been transferred: look where it is, and decide anew.");
}
