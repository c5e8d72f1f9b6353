import { Field, ObjectType, registerEnumType } from "type-graphql";
import { Artifact } from "../artifact/artifact.ts";
import { inherited } from "../artifact/experiment-base-file.ts";
import type { Context } from "../context.ts";
import { rows } from "../rows.ts";

export enum ExportWarningCode {
  INHERITED_ARTIFACT = "INHERITED_ARTIFACT",
}

registerEnumType(ExportWarningCode, {
  name: "ExportWarningCode",
  description: "What is suspicious about a version that was exported.",
  valuesConfig: {
    INHERITED_ARTIFACT: {
      description:
        "A file still has the bytes that it had in the base: the training may not have written it.",
    },
  },
});

@ObjectType({ description: "Something about an exported version that should not go unnoticed." })
export class ExportWarning {
  @Field(() => ExportWarningCode, { description: "What it is, for programs." })
  code!: ExportWarningCode;

  @Field(() => String, { description: "The same, as a sentence for people." })
  message!: string;

  @Field(() => Artifact, { description: "The artifact that it is about." })
  artifact!: Artifact;
}

/** The warnings of an export of an experiment; the same for a later one, because its artifacts stay as they are. */
export async function exportWarnings({ db }: Context, experimentId: string): Promise<ExportWarning[]> {
  const tail = `join blob b on b.id = r.blob_id where r.experiment_id = $1 and ${inherited} order by r.name`;
  return (await rows(db, Artifact, tail, [experimentId])).map((artifact) => ({
    code: ExportWarningCode.INHERITED_ARTIFACT,
    message: `"${artifact.name}" still has the bytes of a file of the base.`,
    artifact,
  }));
}
