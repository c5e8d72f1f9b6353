import { Field, ObjectType, registerEnumType } from "type-graphql";
import type { EntityManager } from "typeorm";
import { Artifact } from "../artifact/artifact.ts";
import { inherited } from "../artifact/experiment-base-file.ts";
import { PendingUpload, pending } from "../pending-upload/pending-upload.ts";
import { rows } from "../rows.ts";

export enum ExportWarningCode {
  INHERITED_ARTIFACT = "INHERITED_ARTIFACT",
  UPLOAD_UNDER_WAY = "UPLOAD_UNDER_WAY",
}

registerEnumType(ExportWarningCode, {
  name: "ExportWarningCode",
  description: "What is suspicious about a version that was exported.",
  valuesConfig: {
    INHERITED_ARTIFACT: {
      description:
        "A file still has the bytes that it had in the base: the training may not have written it.",
    },
    UPLOAD_UNDER_WAY: {
      description:
        "An artifact was still being uploaded in parts. It is not in the version, and comes no more: an experiment that has been " +
        "exported takes no artifacts. Send the file to the version instead.",
    },
  },
});

@ObjectType({ description: "Something about an exported version that should not go unnoticed." })
export class ExportWarning {
  @Field(() => ExportWarningCode, { description: "What it is, for programs." })
  code!: ExportWarningCode;

  @Field(() => String, { description: "The same, as a sentence for people." })
  message!: string;

  @Field(() => Artifact, {
    nullable: true,
    description: "The artifact that it is about; null when it is about an upload.",
  })
  artifact!: Artifact | null;

  @Field(() => PendingUpload, {
    nullable: true,
    description: "The upload that it is about; null when it is about an artifact.",
  })
  pendingUpload!: PendingUpload | null;
}

/** The warnings of an export of an experiment, which is locked: its artifacts, and who is sending more, by their names. */
export async function exportWarnings(tx: EntityManager, experimentId: string): Promise<ExportWarning[]> {
  const ofBase = `join blob b on b.id = r.blob_id where r.experiment_id = $1 and ${inherited} order by r.name`;
  const underWay = `where r.experiment_id = $1 and ${pending} order by r.name, r.id`;
  const [artifacts, uploads] = [
    await rows(tx, Artifact, ofBase, [experimentId]),
    await rows(tx, PendingUpload, underWay, [experimentId]),
  ];
  return [
    ...artifacts.map((artifact) => ({
      code: ExportWarningCode.INHERITED_ARTIFACT,
      message: `"${artifact.name}" still has the bytes of a file of the base.`,
      ...{ artifact, pendingUpload: null },
    })),
    ...uploads.map((pendingUpload) => ({
      code: ExportWarningCode.UPLOAD_UNDER_WAY,
      message: `"${pendingUpload.name}" was still being uploaded, and is not in the version.`,
      ...{ artifact: null, pendingUpload },
    })),
  ];
}
