import type { EntityManager } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { refusedAt } from "../database-error.ts";
import { Model } from "../model/model.ts";
import { lockModel, now } from "../model/update-model.ts";
import { uuidOf } from "../node/id.ts";
import { PreviousAddress } from "../previous-address/previous-address.ts";
import { differs, expectRevision } from "../revision.ts";
import { readNewName } from "../text.ts";
import { notFound, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { lockWithModels } from "./lock-with-models.ts";
import { ModelVersion } from "./model-version.ts";

/**
 * Moves a version to another model; its old number leads to it from now on.
 *
 * @returns its number there, which is the next one. @throws Refusal
 */
export async function transferModelVersion(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  {
    modelId,
    name,
    expectedRevision,
  }: { modelId: string; name: string | null; expectedRevision: number | null },
): Promise<number> {
  const target = uuidOf("Model", modelId, ["modelId"]);
  const rename = readNewName(name);
  const version = await lockWithModels(tx, viewer, uuid, [target]);
  if (version.trashEntryId !== null) notFound("version", ["id"]);
  expectRevision(version.aboutRevision, expectedRevision);
  const { lastVersion } = await lockModel(tx, viewer, target, ["modelId"]);
  if (version.modelId === target)
    refuse(UserErrorCode.CONFLICT, ["modelId"], "Expected another model, got the one that it belongs to.");

  const number = lastVersion + 1;
  await tx.update(Model, { id: target }, { lastVersion: number, updatedAt: now });
  await tx.update(Model, { id: version.modelId }, { updatedAt: now });
  await tx.insert(PreviousAddress, {
    ...{ id: uuidv7(), organizationId: viewer.organizationId, movedById: viewer.userId },
    ...{ modelVersionId: uuid, modelId: version.modelId, version: version.version },
  });
  const aboutRevision = version.aboutRevision + (differs(version, rename) ? 1 : 0);
  const changes = { ...rename, modelId: target, version: number, aboutRevision, updatedAt: now };
  await refusedAt(["name"], tx.update(ModelVersion, { id: uuid }, changes));
  return number;
}
