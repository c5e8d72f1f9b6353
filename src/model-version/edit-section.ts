import type { EntityManager } from "typeorm";
import { expectRevision } from "../revision.ts";
import { rows } from "../rows.ts";
import { live } from "../trash/trash-entry.ts";
import { notFound } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { ModelVersion } from "./model-version.ts";

/** A part of a version that has a revision of its own. */
export type EditedSection = "about" | "labels" | "parameters" | "dockerImage" | "files";

export interface SectionEdit {
  versionUuid: string;
  section: EditedSection;
  expectedRevision: number | null;
  /** The argument that named the version, unless that is `id`. */
  field?: readonly string[];
}

/**
 * Edits one section of a version. Edits of one version happen one after the other; the section's revision and the
 * version's `updatedAt` move when `change` says that it changed something.
 *
 * @throws Refusal NOT_FOUND at `field`, CONFLICT at `expectedRevision`
 */
export async function editSection<Result extends { changed: boolean }>(
  tx: EntityManager,
  viewer: Viewer,
  { versionUuid, section, expectedRevision, field = ["id"] }: SectionEdit,
  change: (version: ModelVersion) => Promise<Result>,
): Promise<Result> {
  const version = await lockModelVersion(tx, viewer, versionUuid, [...field]);
  const revision = `${section}Revision` as const;
  expectRevision(version[revision], expectedRevision);
  const result = await change(version);
  if (result.changed) {
    const updatedAt = () => "greatest(updated_at, clock_timestamp())"; // the clock of the machine can go back
    await tx.update(ModelVersion, { id: version.id }, { [revision]: version[revision] + 1, updatedAt });
  }
  return result;
}

/** The version, which nobody else changes until the transaction ends. @throws Refusal at `field` when there is none */
export async function lockModelVersion(
  tx: EntityManager,
  { organizationId }: Viewer,
  uuid: string,
  field: string[],
): Promise<ModelVersion> {
  const tail = `where r.id = $1 and r.organization_id = $2 and ${live} for no key update`;
  const [version] = await rows(tx, ModelVersion, tail, [uuid, organizationId]);
  return version ?? notFound("version", field);
}
