import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Field, FieldResolver, Info, Int, ObjectType, Resolver, Root } from "type-graphql";
import { spend, weighed } from "../budget.ts";
import type { Context } from "../context.ts";
import { DatasetVersion, datasetVersionById, datasetVersionOf } from "../dataset-version/dataset-version.ts";
import { DockerImage } from "../docker-image/docker-image.ts";
import { firstLabels, firstLabelsDescription, ReadsFirstLabels } from "../label/first-labels.ts";
import { Label, type LabelRow } from "../label/label.ts";
import { ModelVersion, modelVersionById } from "../model-version/model-version.ts";
import { Parameter, type ParameterRow } from "../parameter/parameter.ts";
import { propertiesJson } from "../read-ahead/json.ts";
import { InSql, Needs, Reads } from "../read-ahead/reads.ts";
import { type Soon, then } from "../read-ahead/soon.ts";
import { Experiment } from "./experiment.ts";
import { ExperimentDatasetVersion, usesOf } from "./experiment-dataset-version.ts";
import { dockerImageOfExperiment, type ExperimentDockerImage } from "./experiment-docker-image.ts";
import { labelsOfExperiment } from "./experiment-label.ts";
import { parametersOfExperiment } from "./experiment-parameter.ts";
import { ExperimentLabelMapWarning, labelMapWarningsOf } from "./label-map-warning.ts";

@ObjectType({ description: "The version that an experiment started from, under the names that it had then." })
export class ExperimentBase {
  @Field(() => String, { description: "The name of its model." })
  modelName!: string;

  @Field(() => String, { description: "Its name." })
  name!: string;

  @Field(() => Int, { description: "Its number in its model." })
  version!: number;

  modelVersionId!: string;
}

@ObjectType({
  description:
    "How often each section of an experiment was changed, so that an edit can tell whether it is out of date.",
})
export class ExperimentRevisions {
  @Field(() => Int, { description: "Of name, description, project and URL." })
  about!: number;

  @Field(() => Int, { description: "Of the label map." })
  labels!: number;

  @Field(() => Int, { description: "Of the parameters." })
  parameters!: number;
}

const baseJson = propertiesJson({ modelName: "baseModelName", name: "baseName", version: "baseVersion" });

@Resolver(() => Experiment)
export class PartsOfExperimentResolver {
  @InSql(
    (experiment, asked) =>
      `case when ${experiment.at("baseModelVersionId")} is not null then ${baseJson(experiment, asked, {})} end`,
  )
  @Needs<Experiment>("baseModelVersionId", "baseModelName", "baseName", "baseVersion")
  @FieldResolver(() => ExperimentBase, {
    nullable: true,
    description:
      "The version that it started from, its base architecture; null when it started from nothing.",
  })
  base(@Root() experiment: Experiment): ExperimentBase | null {
    const { baseModelVersionId, baseModelName, baseName, baseVersion } = experiment;
    if (baseModelVersionId === null) return null;
    return {
      modelVersionId: baseModelVersionId,
      modelName: String(baseModelName),
      name: String(baseName),
      version: Number(baseVersion),
    };
  }

  @InSql(
    propertiesJson({ about: "aboutRevision", labels: "labelsRevision", parameters: "parametersRevision" }),
  )
  @Needs<Experiment>("aboutRevision", "labelsRevision", "parametersRevision")
  @FieldResolver(() => ExperimentRevisions, {
    description: "The revision of each section; it starts with 1.",
  })
  revisions(@Root() experiment: Experiment): ExperimentRevisions {
    const { aboutRevision: about, labelsRevision: labels, parametersRevision: parameters } = experiment;
    return { about, labels, parameters };
  }

  @Reads(dockerImageOfExperiment)
  @FieldResolver(() => DockerImage, {
    nullable: true,
    description:
      "The docker image of the base, as it was at the creation; null when that had none, and without a base.",
  })
  dockerImage(@Root() experiment: Experiment, @Ctx() context: Context): Soon<ExperimentDockerImage | null> {
    return then(dockerImageOfExperiment(context, experiment), (found) => weighed(context, found));
  }

  @Reads(usesOf)
  @FieldResolver(() => [ExperimentDatasetVersion], {
    description: "The dataset versions that it uses, in the order given.",
  })
  datasetVersions(@Root() experiment: Experiment, @Ctx() context: Context): Soon<ExperimentDatasetVersion[]> {
    return usesOf(context, experiment);
  }

  @ReadsFirstLabels(labelsOfExperiment)
  @FieldResolver(() => [Label], { description: "The label map, in the order of the indexes." })
  labels(
    @Root() experiment: Experiment,
    @Arg("first", () => Int, { nullable: true, description: firstLabelsDescription }) first: number | null,
    @Ctx() context: Context,
  ): Soon<LabelRow[]> {
    return firstLabels(context, labelsOfExperiment, experiment, first);
  }

  @Reads(parametersOfExperiment)
  @FieldResolver(() => [Parameter], { description: "What the training is set to, in the order of display." })
  parameters(@Root() experiment: Experiment, @Ctx() context: Context): Soon<ParameterRow[]> {
    return then(parametersOfExperiment(context, experiment), (found) => weighed(context, found));
  }

  @FieldResolver(() => [ExperimentLabelMapWarning], {
    description:
      "The dataset versions that give another name to an index of the label map, as both are now; empty when none does.",
  })
  labelMapWarnings(
    @Root() experiment: Experiment,
    @Ctx() context: Context,
  ): Promise<ExperimentLabelMapWarning[]> {
    spend(context, Math.ceil(experiment.labelCount / 10)); // comparing costs, also where nothing differs
    return labelMapWarningsOf(context, experiment.id);
  }
}

@Resolver(() => ExperimentBase)
export class VersionOfExperimentBaseResolver {
  @FieldResolver(() => ModelVersion, {
    nullable: true,
    description: "The version itself, as it is now; null when it has been deleted.",
  })
  modelVersion(
    @Root() base: ExperimentBase,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ModelVersion | null> {
    return modelVersionById(context, base.modelVersionId, info);
  }
}

@Resolver(() => ExperimentDatasetVersion)
export class VersionOfExperimentDatasetVersionResolver {
  @Reads(datasetVersionOf)
  @FieldResolver(() => DatasetVersion, { description: "The version of the dataset." })
  datasetVersion(
    @Root() use: ExperimentDatasetVersion,
    @Ctx() context: Context,
  ): Soon<DatasetVersion | null> {
    return datasetVersionOf(context, use);
  }
}

@Resolver(() => ExperimentLabelMapWarning)
export class VersionOfLabelMapWarningResolver {
  @FieldResolver(() => DatasetVersion, { description: "The version of the dataset." })
  datasetVersion(
    @Root() warning: ExperimentLabelMapWarning,
    @Ctx() context: Context,
  ): Promise<DatasetVersion | null> {
    return datasetVersionById(context, warning.datasetVersionId);
  }
}
