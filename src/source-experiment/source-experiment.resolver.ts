import { Arg, Ctx, FieldResolver, ID, Int, Resolver, Root } from "type-graphql";
import { spend, weightOf } from "../budget.ts";
import type { Context } from "../context.ts";
import { DatasetVersion, datasetVersionById } from "../dataset-version/dataset-version.ts";
import { Experiment, experimentById } from "../experiment/experiment.ts";
import { firstLabels, firstLabelsDescription } from "../label/first-labels.ts";
import { Label, type LabelRow } from "../label/label.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { toGlobalId } from "../node/id.ts";
import {
  SourceDatasetVersion,
  SourceExperiment,
  sourceExperimentOf,
  sourceLabelsKey,
  sourceLabelsOf,
} from "./source-experiment.ts";

@Resolver(() => ModelVersion)
export class SourceExperimentOfModelVersionResolver {
  @FieldResolver(() => SourceExperiment, {
    nullable: true,
    description: "The experiment that the version was exported from; null when it was made by hand.",
  })
  async sourceExperiment(
    @Root() version: ModelVersion,
    @Ctx() context: Context,
  ): Promise<SourceExperiment | null> {
    const found = await sourceExperimentOf(context, version.id);
    spend(context, weightOf(found));
    return found;
  }
}

@Resolver(() => SourceExperiment)
export class SourceExperimentResolver {
  @FieldResolver(() => ID, { description: "The id of the experiment, also when it is gone." })
  experimentId(@Root() source: SourceExperiment): string {
    return toGlobalId("Experiment", source.experimentId);
  }

  @FieldResolver(() => Experiment, {
    nullable: true,
    description: "The experiment itself, as it is now; null when it is gone.",
  })
  experiment(@Root() source: SourceExperiment, @Ctx() context: Context): Promise<Experiment | null> {
    return experimentById(context, source.experimentId);
  }
}

@Resolver(() => SourceDatasetVersion)
export class SourceDatasetVersionResolver {
  @FieldResolver(() => DatasetVersion, {
    nullable: true,
    description: "The version of the dataset itself, as it is now; null when it is gone.",
  })
  datasetVersion(
    @Root() source: SourceDatasetVersion,
    @Ctx() context: Context,
  ): Promise<DatasetVersion | null> {
    return datasetVersionById(context, source.datasetVersionId);
  }

  @FieldResolver(() => [Label], {
    description: "Its label map when the version was exported, in the order of the indexes.",
  })
  labels(
    @Root() source: SourceDatasetVersion,
    @Arg("first", () => Int, { nullable: true, description: firstLabelsDescription }) first: number | null,
    @Ctx() context: Context,
  ): Promise<LabelRow[]> {
    return firstLabels(context, sourceLabelsOf, { ...source, id: sourceLabelsKey(source) }, first);
  }
}
