import { Field, ObjectType } from "type-graphql";
import { SourceDatasetVersion } from "../source-experiment/source-experiment.ts";
import { type Difference, differencesBy, differencesType } from "./differences.ts";

/** A dataset version as it was at the export, and the digest of the label map that it had then. */
export interface ComparedDataset {
  dataset: Pick<SourceDatasetVersion, "alias" | "datasetVersionId">;
  labelMapDigest: string;
}

@ObjectType({
  description:
    "An alias under which two trainings used different dataset versions, or one whose label map was edited between them; or that " +
    "one of them only had.",
})
export class DatasetVersionDifference implements Difference<object> {
  @Field(() => String, { description: "The alias, such as `train`." })
  alias!: string;

  @Field(() => SourceDatasetVersion, {
    nullable: true,
    description: "That of `a`; null when it is not there.",
  })
  a!: ComparedDataset["dataset"] | null;

  @Field(() => SourceDatasetVersion, {
    nullable: true,
    description: "That of `b`; null when it is not there.",
  })
  b!: ComparedDataset["dataset"] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether their label maps differ; null when one is not there.",
  })
  labelMapDiffers!: boolean | null;
}

export const DatasetVersionDifferences = differencesType(
  DatasetVersionDifference,
  "dataset versions",
  "aliases",
);

export function compareDatasets(
  a: readonly ComparedDataset[],
  b: readonly ComparedDataset[],
): DatasetVersionDifference[] {
  return differencesBy(a, b, ({ dataset }) => dataset.alias, isSame).map(({ key, a, b }) => ({
    ...{ alias: key, a: a?.dataset ?? null, b: b?.dataset ?? null },
    labelMapDiffers: a && b && a.labelMapDigest !== b.labelMapDigest,
  }));
}

function isSame(one: ComparedDataset, other: ComparedDataset): boolean {
  return (
    one.dataset.datasetVersionId === other.dataset.datasetVersionId &&
    one.labelMapDigest === other.labelMapDigest
  );
}
