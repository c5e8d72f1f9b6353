import { isDeepStrictEqual } from "node:util";
import type { EntityManager } from "typeorm";
import { type Context, viewerOf } from "../context.ts";
import { editSection } from "../model-version/edit-section.ts";
import type { Problems } from "../text.ts";
import { Refusal } from "../user-error.ts";
import { readChanges, type UpdateDockerImageInput } from "./docker-image.input.ts";
import { DockerImage, lockDockerImage } from "./docker-image.ts";
import { sealVariables } from "./environment-variable.ts";

const section = "dockerImage";

/** Edits the docker image of a version, or gives it one. @returns what came of it. @throws Refusal */
export async function updateDockerImage(
  tx: EntityManager,
  context: Context,
  versionUuid: string,
  input: UpdateDockerImageInput,
  expectedRevision: number | null,
): Promise<DockerImage> {
  const edit = { versionUuid, section, expectedRevision } as const;
  const { image } = await editSection(tx, viewerOf(context), edit, async () => {
    const stored = await lockDockerImage(tx, versionUuid);
    const image = edited(context, versionUuid, stored, input);
    if (isDeepStrictEqual({ ...stored }, image)) return { changed: false, image };
    const { modelVersionId, ...columns } = image;
    if (stored) await tx.update(DockerImage, { modelVersionId }, columns);
    else await tx.insert(DockerImage, image);
    return { changed: true, image };
  });
  return image;
}

/** Takes the docker image from a version; there may be none. @throws Refusal */
export async function removeDockerImage(
  tx: EntityManager,
  context: Context,
  versionUuid: string,
  expectedRevision: number | null,
): Promise<void> {
  const edit = { versionUuid, section, expectedRevision } as const;
  await editSection(tx, viewerOf(context), edit, async () => {
    const { affected } = await tx.delete(DockerImage, { modelVersionId: versionUuid });
    return { changed: affected === 1 };
  });
}

function edited(
  context: Context,
  versionUuid: string,
  stored: DockerImage | null,
  input: UpdateDockerImageInput,
): DockerImage {
  const problems: Problems = [];
  const {
    flags,
    environmentVariables: drafts,
    ...reference
  } = readChanges(input, stored, ["input"], problems);
  if (problems.length > 0) throw new Refusal(problems);
  const before = stored?.environmentVariables ?? [];
  const { organizationId } = viewerOf(context);
  return {
    modelVersionId: versionUuid,
    ...reference,
    flags: flags ?? stored?.flags ?? [],
    environmentVariables: drafts ? sealVariables(context.keyring, organizationId, drafts, before) : before,
  };
}
