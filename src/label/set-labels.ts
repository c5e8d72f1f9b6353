import type { EntityManager } from "typeorm";
import { limits } from "../limits.ts";
import { movingOn } from "../model-version/edit-section.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { expectRevision } from "../revision.ts";
import { columnsOf, toRow } from "../rows.ts";
import { send } from "../transaction.ts";
import { live } from "../trash/trash-entry.ts";
import { notFound } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import type { LabelRow } from "./label.ts";
import { requireRoom } from "./label-map.ts";

export interface LabelsToSet {
  versionUuid: string;
  labels: LabelRow[];
  expectedRevision: number | null;
}

/**
 * Sets labels of a version whatever was there before, when nobody wants to know: so nothing is waited for, and all of the
 * edit goes out in one packet. Where it is refused, nothing has been written.
 *
 * @returns the version as it is then.
 */
export async function setLabels(
  tx: EntityManager,
  viewer: Viewer,
  { versionUuid, labels, expectedRevision }: LabelsToSet,
): Promise<{ answer: Promise<ModelVersion> }> {
  const columns = columnsOf(tx, ModelVersion);
  // As sub-selects, so that PostgreSQL keeps its plan: see `given` in `label.ts`.
  const [indexes, names] = ["(select $3::int[])", "(select $4::text[])"];
  const found = `r.id = $1 and r.organization_id = $2 and ${live}`;
  await send(tx, `select from model_version r where ${found} for no key update`, [
    versionUuid,
    viewer.organizationId,
  ]);
  return send(
    tx,
    `with added as (
       select index from unnest(${indexes}) given (index)
       where not exists (select from label l where l.model_version_id = $1 and l.index = given.index)
     ), written as (
       insert into label as l (model_version_id, index, name)
       select r.id, given.* from model_version r, unnest(${indexes}, ${names}) given
       where ${found} and r.labels_revision = coalesce($5, r.labels_revision)
         and r.label_count + (select count(*) from added) <= ${limits.labels}
       on conflict (model_version_id, index) do update set name = excluded.name where l.name <> excluded.name
       returning index
     ), moved as (${movingOn("labels")} and exists (select from written) returning ${columns})
     select *, true as moved, (select count(*)::int from added) as added from moved
     union all
     select ${columns}, false, (select count(*)::int from added) from model_version r
     where ${found} and not exists (select from moved)`,
    [
      versionUuid,
      viewer.organizationId,
      labels.map(({ index }) => index),
      labels.map(({ name }) => name),
      expectedRevision,
    ],
    ([row]: [Found?]) => {
      if (!row) notFound("version", ["id"]);
      const { moved, added, ...version } = row;
      if (!moved) expectRevision(version.labelsRevision, expectedRevision);
      const labelCount = version.labelCount + added;
      requireRoom(labelCount);
      return toRow(ModelVersion, { ...version, labelCount });
    },
  );
}

type Found = ModelVersion & { moved: boolean; added: number };
