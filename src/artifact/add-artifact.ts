import type { EntityManager } from "typeorm";
import { type Context, viewerOf } from "../context.ts";
import { editExperiment, lockExperiment, requireOpen } from "../experiment/edit-experiment.ts";
import { nameTaken } from "../file/file.ts";
import type { FileOwner, NewFile } from "../file/file-owner.ts";
import { may } from "../permissions.ts";
import { rows } from "../rows.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import { Artifact } from "./artifact.ts";

const field = ["experimentId"];

/** How artifacts come to an experiment, while it goes on: what they replace is gone. */
export const filesOfExperiments: FileOwner = {
  ...{ type: "Experiment", argument: "experimentId", fileType: "Artifact" },
  lock: lockExperiment,
  async foresee(tx, viewer, uuid, { name, replace }) {
    requireOpen(await lockExperiment(tx, viewer, uuid, field), field);
    const condition = "experiment_id = $1 and name = $2";
    const [same] = replace ? [] : await rows(tx, Artifact, `where ${condition}`, [uuid, name]);
    if (same) refuse(UserErrorCode.TAKEN, ["input", "name"], nameTaken);
  },
  add: addArtifact,
};

async function addArtifact(
  tx: EntityManager,
  context: Context,
  experimentUuid: string,
  { replace, ...file }: NewFile,
): Promise<void> {
  const viewer = viewerOf(context);
  const { organizationId, userId: createdById } = viewer;
  const edit = { experimentUuid, section: null, expectedRevision: null, field };
  await editExperiment(tx, viewer, edit, async (experiment) => {
    requireOpen(experiment, field);
    if (replace && may(viewer.role, "Mutation.deleteArtifact"))
      await tx.delete(Artifact, { experimentId: experimentUuid, name: file.name });
    await tx.insert(Artifact, { ...file, experimentId: experimentUuid, organizationId, createdById });
    return { changed: true };
  });
}
