import { Arg, Ctx, FieldResolver, ID, Int, Resolver, Root } from "type-graphql";
import { counted, weighed } from "../budget.ts";
import type { Context } from "../context.ts";
import { DatasetVersion, datasetVersionOf } from "../dataset-version/dataset-version.ts";
import { Experiment, experimentOfSource } from "../experiment/experiment.ts";
import { firstLabels, firstLabelsDescription, ReadsFirstLabels } from "../label/first-labels.ts";
import { Label, type LabelRow } from "../label/label.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { globalIdJson, toGlobalId } from "../node/id.ts";
import { InSql, Needs, Reads } from "../read-ahead/reads.ts";
import { type Soon, then } from "../read-ahead/soon.ts";
import {
  Metric,
  SourceDatasetVersion,
  SourceExperiment,
  sourceDatasetVersionsOf,
  sourceExperimentOf,
  sourceLabelsOf,
  sourceMetricsOf,
  TrainingParameter,
  trainingParametersOf,
} from "./source-experiment.ts";

@Resolver(() => ModelVersion)
export class SourceExperimentOfModelVersionResolver {
  @Reads(sourceExperimentOf)
  @FieldResolver(() => SourceExperiment, {
    nullable: true,
    description: "The experiment that the version was exported from; null when it was made by hand.",
  })
  sourceExperiment(@Root() version: ModelVersion, @Ctx() context: Context): Soon<SourceExperiment | null> {
    return sourceExperimentOf(context, version);
  }
}

@Resolver(() => SourceExperiment)
export class SourceExperimentResolver {
  @InSql(({ at }) => globalIdJson("Experiment", at("experimentId")))
  @Needs<SourceExperiment>("experimentId")
  @FieldResolver(() => ID, { description: "The id of the experiment, also when it is gone." })
  experimentId(@Root() source: SourceExperiment): string {
    return toGlobalId("Experiment", source.experimentId);
  }

  @Reads(experimentOfSource)
  @FieldResolver(() => Experiment, {
    nullable: true,
    description: "The experiment itself, as it is now; null when it is gone.",
  })
  experiment(@Root() source: SourceExperiment, @Ctx() context: Context): Soon<Experiment | null> {
    return experimentOfSource(context, source);
  }

  @Reads(trainingParametersOf)
  @FieldResolver(() => [TrainingParameter], { description: "What the version was trained with." })
  parameters(@Root() source: SourceExperiment, @Ctx() context: Context): Soon<TrainingParameter[]> {
    return then(trainingParametersOf(context, source), (found) => weighed(context, found));
  }

  @Reads(sourceMetricsOf)
  @FieldResolver(() => [Metric], { description: "What the training came to, by name." })
  metrics(@Root() source: SourceExperiment, @Ctx() context: Context): Soon<Metric[]> {
    return then(sourceMetricsOf(context, source), (found) => weighed(context, found));
  }

  @Reads(sourceDatasetVersionsOf)
  @FieldResolver(() => [SourceDatasetVersion], {
    description: "The dataset versions that the training used.",
  })
  datasetVersions(@Root() source: SourceExperiment, @Ctx() context: Context): Soon<SourceDatasetVersion[]> {
    return then(sourceDatasetVersionsOf(context, source), (found) => counted(context, found));
  }
}

@Resolver(() => SourceDatasetVersion)
export class SourceDatasetVersionResolver {
  @Reads(datasetVersionOf)
  @FieldResolver(() => DatasetVersion, {
    nullable: true,
    description: "The version of the dataset itself, as it is now; null when it is gone.",
  })
  datasetVersion(@Root() source: SourceDatasetVersion, @Ctx() context: Context): Soon<DatasetVersion | null> {
    return datasetVersionOf(context, source);
  }

  @ReadsFirstLabels(sourceLabelsOf)
  @FieldResolver(() => [Label], {
    description: "Its label map when the version was exported, in the order of the indexes.",
  })
  labels(
    @Root() source: SourceDatasetVersion,
    @Arg("first", () => Int, { nullable: true, description: firstLabelsDescription }) first: number | null,
    @Ctx() context: Context,
  ): Soon<LabelRow[]> {
    return firstLabels(context, sourceLabelsOf, source, first);
  }
}
