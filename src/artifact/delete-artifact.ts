import type { EntityManager } from "typeorm";
import { editExperiment, requireOpen } from "../experiment/edit-experiment.ts";
import { rows } from "../rows.ts";
import { notFound } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { Artifact, visible } from "./artifact.ts";

/** Takes an artifact from an experiment that goes on. @returns the UUID of the experiment @throws Refusal at `id` */
export async function deleteArtifact(tx: EntityManager, viewer: Viewer, uuid: string): Promise<string> {
  const find = async () => {
    const [found] = await rows(tx, Artifact, `where r.id = $1 and ${visible}`, [uuid, viewer.organizationId]);
    return found ?? notFound("artifact", ["id"]);
  };
  const { experimentId: experimentUuid } = await find();
  const edit = { experimentUuid, section: null, expectedRevision: null };
  await editExperiment(tx, viewer, edit, async (experiment) => {
    requireOpen(experiment);
    await find(); // before the lock somebody may have deleted it
    await tx.delete(Artifact, { id: uuid });
    return { changed: true };
  });
  return experimentUuid;
}
