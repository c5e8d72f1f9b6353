import type { EntityManager } from "typeorm";
import { type Context, viewerOf } from "../context.ts";
import { nameTaken } from "../file/file.ts";
import type { FileOwner, NewFile } from "../file/file-owner.ts";
import { editSection, lockModelVersion } from "../model-version/edit-section.ts";
import { may } from "../permissions.ts";
import { rows } from "../rows.ts";
import { live } from "../trash/trash-entry.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import { moveToTrash } from "./edit-model-file.ts";
import { ModelFile } from "./model-file.ts";

export interface NewModelFile extends NewFile {
  versionUuid: string;
}

/** How files come to a version: what they replace goes into the trash. */
export const filesOfVersions: FileOwner = {
  ...{ type: "ModelVersion", argument: "modelVersionId", fileType: "ModelFile" },
  lock: lockModelVersion,
  async foresee(tx, _viewer, uuid, { name, replace }) {
    const condition = `model_version_id = $1 and name = $2 and ${live}`;
    const [same] = replace ? [] : await rows(tx, ModelFile, `where ${condition}`, [uuid, name]);
    if (same) refuse(UserErrorCode.TAKEN, ["input", "name"], nameTaken);
  },
  add: (tx, context, versionUuid, file) => addModelFile(tx, context, { versionUuid, ...file }),
};

/** Adds a file to a version. @throws Refusal NOT_FOUND at `modelVersionId`, TAKEN at `input.name` */
export async function addModelFile(
  tx: EntityManager,
  context: Context,
  { versionUuid, replace, ...file }: NewModelFile,
): Promise<void> {
  const viewer = viewerOf(context);
  const { organizationId, userId: createdById } = viewer;
  const edit = { versionUuid, section: "files", expectedRevision: null, field: ["modelVersionId"] } as const;
  await editSection(tx, viewer, edit, async () => {
    if (replace && may(viewer.role, "Mutation.deleteModelFile")) {
      const tail = `where r.model_version_id = $1 and r.name = $2 and ${live}`;
      const [replaced] = await rows(tx, ModelFile, tail, [versionUuid, file.name]);
      if (replaced) await moveToTrash(tx, viewer, replaced, context.trashDays);
    }
    await tx.insert(ModelFile, { ...file, modelVersionId: versionUuid, organizationId, createdById });
    return { changed: true };
  });
}
