import type { EntityManager } from "typeorm";
import { snakeCase } from "../naming.ts";
import { expectRevision } from "../revision.ts";
import { columnsOf, rows, toRow } from "../rows.ts";
import { send } from "../transaction.ts";
import { live } from "../trash/trash-entry.ts";
import { notFound } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { ModelVersion } from "./model-version.ts";

/** A part of a version that has a revision of its own. */
export type EditedSection = "about" | "labels" | "parameters" | "dockerImage" | "files";

export interface SectionEdit<Seen = void> {
  versionUuid: string;
  section: EditedSection;
  expectedRevision: number | null;
  /** The argument that named the version, unless that is `id`. */
  field?: readonly string[];
  /** Reads what the edit starts from: sent right behind the lock, it sees what that has waited for. */
  look?: () => Promise<Seen>;
}

/** The version as it is after an edit, its answer still under way. */
export interface Edited {
  version: Promise<ModelVersion>;
}

/**
 * Edits one section of a version. Edits of one version happen one after the other; the section's revision and the
 * version's `updatedAt` move when `change` says that it changed something.
 *
 * @throws Refusal NOT_FOUND at `field`, CONFLICT at `expectedRevision`
 */
export async function editSection<Result extends { changed: boolean }, Seen = void>(
  tx: EntityManager,
  viewer: Viewer,
  { versionUuid, section, expectedRevision, field = ["id"], look }: SectionEdit<Seen>,
  change: (version: ModelVersion, seen: Seen) => Promise<Result>,
): Promise<Result & Edited> {
  const locking = lockModelVersion(tx, viewer, versionUuid, [...field]);
  const [version, seen] = await Promise.all([locking, look?.() as Promise<Seen>]);
  expectRevision(version[`${section}Revision`], expectedRevision);
  const result = await change(version, seen);
  if (!result.changed) return { ...result, version: Promise.resolve(version) };
  const { answer } = await moveOn(tx, version.id, section);
  return { ...result, version: answer };
}

async function moveOn(tx: EntityManager, id: string, section: EditedSection) {
  return send(
    tx,
    `${movingOn(section)} returning ${columnsOf(tx, ModelVersion)}`,
    [id],
    ([[row]]: [[object]]) => toRow(ModelVersion, row),
  );
}

/** The statement, as far as it goes without a condition more, that notes an edit of the version with the UUID `$1`. */
export function movingOn(section: EditedSection): string {
  const revision = `${snakeCase(section)}_revision`;
  const updatedAt = "greatest(updated_at, clock_timestamp())"; // the clock of the machine can go back
  return `update model_version r set ${revision} = ${revision} + 1, updated_at = ${updatedAt} where id = $1`;
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
