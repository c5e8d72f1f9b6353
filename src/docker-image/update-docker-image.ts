import { isDeepStrictEqual } from "node:util";
import type { EntityManager } from "typeorm";
import type { Keyring } from "../keyring.ts";
import { editSection } from "../model-version/edit-section.ts";
import type { Problems } from "../text.ts";
import { Refusal } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { readChanges, type UpdateDockerImageInput } from "./docker-image.input.ts";
import { DockerImage, lockDockerImage } from "./docker-image.ts";
import { sealVariables } from "./environment-variable.ts";

/** Everything that a request to edit a docker image says. */
export interface UpdateDockerImageRequest {
  versionUuid: string;
  input: UpdateDockerImageInput;
  expectedRevision: number | null;
  /** Encrypts its secrets. */
  keyring: Keyring;
}

/** Edits the docker image of a version, or gives it one. @returns what it is afterwards. @throws Refusal */
export async function updateDockerImage(
  tx: EntityManager,
  viewer: Viewer,
  { versionUuid, input, expectedRevision, keyring }: UpdateDockerImageRequest,
): Promise<DockerImage> {
  const edit = { versionUuid, section: "dockerImage", expectedRevision } as const;
  const { after } = await editSection(tx, viewer, edit, async () => {
    const before = await lockDockerImage(tx, versionUuid);
    const { environmentVariables: drafts, ...said } = readInput(input, before);
    const none = { modelVersionId: versionUuid, flags: [], environmentVariables: [] };
    const after: DockerImage = { ...none, ...before, ...said };
    if (drafts) {
      const { organizationId } = viewer;
      after.environmentVariables = sealVariables(keyring, organizationId, drafts, after.environmentVariables);
    }
    if (isDeepStrictEqual({ ...before }, after)) return { changed: false, after };
    await tx.upsert(DockerImage, after, ["modelVersionId"]);
    return { changed: true, after };
  });
  return after;
}

/** Takes the docker image from a version; there may be none. @throws Refusal */
export async function removeDockerImage(
  tx: EntityManager,
  viewer: Viewer,
  versionUuid: string,
  expectedRevision: number | null,
): Promise<void> {
  const edit = { versionUuid, section: "dockerImage", expectedRevision } as const;
  await editSection(tx, viewer, edit, async () => {
    const { affected } = await tx.delete(DockerImage, { modelVersionId: versionUuid });
    return { changed: affected === 1 };
  });
}

function readInput(input: UpdateDockerImageInput, before: DockerImage | null) {
  const problems: Problems = [];
  const changes = readChanges(input, before, ["input"], problems);
  if (problems.length > 0) throw new Refusal(problems);
  return changes;
}
