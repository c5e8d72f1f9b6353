import type { EntityManager } from "typeorm";
import { type Context, viewerOf } from "../context.ts";
import { editSection } from "../model-version/edit-section.ts";
import { ModelFile } from "./model-file.ts";

export interface NewModelFile {
  id: string;
  versionUuid: string;
  name: string;
  filename: string;
  contentType: string | null;
  blobId: string;
  /** Whether it takes the place of a file that has the name, which goes into the trash. */
  replace: boolean;
}

/** Adds a file to a version. @throws Refusal NOT_FOUND at `id`, TAKEN at `input.name` */
export async function addModelFile(
  tx: EntityManager,
  context: Context,
  { versionUuid, replace: _replace, ...file }: NewModelFile,
): Promise<void> {
  const viewer = viewerOf(context);
  const { organizationId, userId: createdById } = viewer;
  const edit = { versionUuid, section: "files", expectedRevision: null } as const;
  await editSection(tx, viewer, edit, async () => {
    await tx.insert(ModelFile, { ...file, modelVersionId: versionUuid, organizationId, createdById });
    return { changed: true };
  });
}
