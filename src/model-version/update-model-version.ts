import type { EntityManager } from "typeorm";
import { differs } from "../revision.ts";
import { type Problems, readDescription, readName } from "../text.ts";
import { Refusal, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { editSection } from "./edit-section.ts";
import type { UpdateModelVersionInput } from "./model-version.input.ts";
import { ModelVersion } from "./model-version.ts";

/** Edits the About section. @throws Refusal */
export async function updateModelVersion(
  tx: EntityManager,
  viewer: Viewer,
  versionUuid: string,
  input: UpdateModelVersionInput,
  expectedRevision: number | null,
): Promise<void> {
  const changes = readInput(input);
  if (changes.name !== undefined) await holdVersionNames(tx, viewer, versionUuid);
  await editSection(tx, viewer, { versionUuid, section: "about", expectedRevision }, async (version) => {
    if (!differs(version, changes)) return { changed: false };
    await refuseIfInherited(tx, version, changes);
    await tx.update(ModelVersion, { id: versionUuid }, changes);
    return { changed: true };
  });
}

function readInput({ name, description, type, framework }: UpdateModelVersionInput): Partial<ModelVersion> {
  const problems: Problems = [];
  const changes: Partial<ModelVersion> = {};
  if (name !== undefined) changes.name = readName(name, ["input", "name"], problems);
  if (description !== undefined)
    changes.description = readDescription(description, ["input", "description"], problems);
  if (type === null) {
    const message = "Expected a type, got null; leave it out to keep the one that it has.";
    problems.push({ code: UserErrorCode.INVALID, field: ["input", "type"], message });
  } else if (type !== undefined) changes.type = type;
  if (framework !== undefined) changes.framework = framework;
  if (problems.length > 0) throw new Refusal(problems);
  return changes;
}

/** An exported version has its type and framework from its experiment. */
async function refuseIfInherited(
  tx: EntityManager,
  version: ModelVersion,
  { type = version.type, framework = version.framework }: Partial<ModelVersion>,
): Promise<void> {
  if (type === version.type && framework === version.framework) return;
  const [exported] = await tx.query("select from source_experiment where model_version_id = $1", [
    version.id,
  ]);
  if (!exported) return;
  const message = "This version has it from its source experiment, and keeps it.";
  const refusal = (name: string) => ({ code: UserErrorCode.CONFLICT, field: ["input", name], message });
  throw new Refusal([
    ...(type === version.type ? [] : [refusal("type")]),
    ...(framework === version.framework ? [] : [refusal("framework")]),
  ]);
}

/** Renames of the versions of one model happen one at a time, as those of models do; see `holdModelNames`. */
async function holdVersionNames(tx: EntityManager, { organizationId }: Viewer, uuid: string): Promise<void> {
  await tx.query(
    `select pg_advisory_xact_lock(hashtextextended(model_id::text, 1)) from model_version
     where id = $1 and organization_id = $2`,
    [uuid, organizationId],
  );
}
