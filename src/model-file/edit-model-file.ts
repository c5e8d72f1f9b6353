import type { EntityManager } from "typeorm";
import { editSection } from "../model-version/edit-section.ts";
import { inLiveVersion } from "../model-version/model-version.ts";
import { rows } from "../rows.ts";
import { openEntry } from "../trash/open-entry.ts";
import { live, TrashKind } from "../trash/trash-entry.ts";
import { notFound } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { ModelFile } from "./model-file.ts";

/** Changes a live file, with its version locked. @throws Refusal NOT_FOUND at `id` */
export async function editModelFile(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  change: (file: ModelFile) => Promise<void>,
): Promise<void> {
  const find = async (): Promise<ModelFile> => {
    const tail = `where r.id = $1 and r.organization_id = $2 and ${live} and ${inLiveVersion}`;
    const [file] = await rows(tx, ModelFile, tail, [uuid, viewer.organizationId]);
    return file ?? notFound("file", ["id"]);
  };
  const { modelVersionId: versionUuid } = await find();
  await editSection(tx, viewer, { versionUuid, section: "files", expectedRevision: null }, async () => {
    await change(await find()); // before the lock somebody may have deleted it
    return { changed: true };
  });
}

/** Puts a file, whose version is locked, into the trash. */
export async function moveToTrash(
  tx: EntityManager,
  viewer: Viewer,
  { id, name, modelVersionId }: ModelFile,
  trashDays: number,
): Promise<void> {
  await openEntry(tx, viewer, { id, kind: TrashKind.MODEL_FILE, name, modelVersionId }, trashDays);
  await tx.update(ModelFile, { id }, { trashEntryId: id });
}
