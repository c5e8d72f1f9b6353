import type { EntityManager } from "typeorm";
import { expectRevision } from "../revision.ts";
import { rows } from "../rows.ts";
import { notFound, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { Experiment } from "./experiment.ts";
import { isEnd } from "./experiment-status.ts";

/** A part of an experiment that has a revision of its own. */
export type ExperimentSection = "about" | "labels" | "parameters";

export interface ExperimentEdit {
  experimentUuid: string;
  /** Null for what has no revision: nobody edits the status or the metrics in a form. */
  section: ExperimentSection | null;
  expectedRevision: number | null;
  /** The argument that named the experiment, unless that is `id`. */
  field?: string[];
}

/**
 * Edits an experiment, as `editSection` does a version.
 *
 * @throws Refusal NOT_FOUND at `field`, CONFLICT at `expectedRevision`
 */
export async function editExperiment<Result extends { changed: boolean }>(
  tx: EntityManager,
  viewer: Viewer,
  { experimentUuid, section, expectedRevision, field }: ExperimentEdit,
  change: (experiment: Experiment) => Promise<Result>,
): Promise<Result> {
  const experiment = await lockExperiment(tx, viewer, experimentUuid, field);
  const revision = section && (`${section}Revision` as const);
  if (revision) expectRevision(experiment[revision], expectedRevision);
  const result = await change(experiment);
  if (result.changed) {
    const updatedAt = () => "greatest(updated_at, clock_timestamp())";
    const moved = revision ? { [revision]: experiment[revision] + 1 } : {};
    await tx.update(Experiment, { id: experimentUuid }, { ...moved, updatedAt });
  }
  return result;
}

/**
 * What an experiment was set to and came to is not written any more when it is over; the database holds it too.
 *
 * @throws Refusal CONFLICT at `field`
 */
export function requireOpen({ status, exportedAt }: Experiment, field = ["id"]): void {
  const got = isEnd(status) ? `with the status ${status}` : exportedAt && "that has been exported";
  if (got) refuse(UserErrorCode.CONFLICT, field, `Expected an experiment that goes on, got one ${got}.`);
}

/** The experiment, which nobody else changes until the transaction ends. @throws Refusal at `field` when there is none */
export async function lockExperiment(
  tx: EntityManager,
  { organizationId }: Viewer,
  uuid: string,
  field = ["id"],
  lock: "no key update" | "update" = "no key update",
): Promise<Experiment> {
  const tail = `where r.id = $1 and r.organization_id = $2 for ${lock}`;
  const [experiment] = await rows(tx, Experiment, tail, [uuid, organizationId]);
  return experiment ?? notFound("experiment", field);
}
