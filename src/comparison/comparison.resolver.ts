import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from "type-graphql";
import { spend, weighed, weightOf } from "../budget.ts";
import { type Context, viewerOf } from "../context.ts";
import { dockerImageOf } from "../docker-image/docker-image.ts";
import { bindingOf } from "../docker-image/environment-variable.ts";
import { labelsOfVersion } from "../label/label.ts";
import { modelVersionById } from "../model-version/model-version.ts";
import { uuidOf } from "../node/id.ts";
import { parametersOfVersion } from "../parameter/parameter.ts";
import type { Look } from "../read-ahead/look.ts";
import type { Soon } from "../read-ahead/soon.ts";
import {
  sourceDatasetVersionsOf,
  sourceMetricsOf,
  trainingParametersOf,
} from "../source-experiment/source-experiment.ts";
import { AboutDifferences, compareAbout } from "./compare-about.ts";
import {
  compareDatasets,
  type DatasetVersionDifference,
  DatasetVersionDifferences,
} from "./compare-datasets.ts";
import { compareDockerImages, DockerImageDifferences } from "./compare-docker-images.ts";
import { compareFiles, type ModelFileDifference, ModelFileDifferences } from "./compare-files.ts";
import { compareLabels, type LabelDifference, LabelDifferences } from "./compare-labels.ts";
import { compareMetrics, type MetricDifference, MetricDifferences } from "./compare-metrics.ts";
import { compareParameters, type ParameterDifference, ParameterDifferences } from "./compare-parameters.ts";
import { ModelVersionComparison } from "./comparison.ts";
import { countDifferences, type Differences } from "./differences.ts";
import { datasetsToCompare, filesToCompare, spendLabels } from "./read-compared.ts";

/** Each section is read when it is asked for, of both versions by one statement. */
@Resolver(() => ModelVersionComparison)
export class ComparisonResolver {
  @Query(() => ModelVersionComparison, {
    nullable: true,
    description:
      "How two versions differ, be they of one model or of two; null when one of them is not there.",
  })
  async compareModelVersions(
    @Arg("a", () => ID, { description: "The one version." }) a: string,
    @Arg("b", () => ID, { description: "The other version." }) b: string,
    @Ctx() context: Context,
  ): Promise<ModelVersionComparison | null> {
    const uuids = { a: uuidOf("ModelVersion", a, ["a"]), b: uuidOf("ModelVersion", b, ["b"]) };
    const found = await both(uuids, (uuid) => modelVersionById(context, uuid));
    return found.a && found.b && { a: found.a, b: found.b };
  }

  @FieldResolver(() => AboutDifferences, { description: "Name, description, framework and type." })
  about(@Root() { a, b }: ModelVersionComparison): AboutDifferences {
    return compareAbout(a, b);
  }

  @FieldResolver(() => LabelDifferences, { description: "The label maps, index by index." })
  async labels(
    @Root() { a, b }: ModelVersionComparison,
    @Ctx() context: Context,
  ): Promise<Differences<LabelDifference>> {
    spendLabels(context, [a, b]);
    const labels = await both({ a, b }, (version) => labelsOfVersion(context, version, null));
    const found = countDifferences(compareLabels(labels.a, labels.b));
    spend(context, found.differences.length);
    return found;
  }

  @FieldResolver(() => ParameterDifferences, {
    description: "The parameters, name by name: the defaults for the next training.",
  })
  async parameters(
    @Root() { a, b }: ModelVersionComparison,
    @Ctx() context: Context,
  ): Promise<Differences<ParameterDifference>> {
    const parameters = await both({ a, b }, (version) => parametersOfVersion(context, version));
    spend(context, weightOf(parameters.a) + weightOf(parameters.b));
    return countDifferences(compareParameters(parameters.a, parameters.b));
  }

  @FieldResolver(() => ParameterDifferences, {
    description: "The parameters that the versions were trained with, name by name.",
  })
  async trainingParameters(
    @Root() comparison: ModelVersionComparison,
    @Ctx() context: Context,
  ): Promise<Differences<ParameterDifference>> {
    const { a, b } = await ofSources(context, comparison, trainingParametersOf);
    return countDifferences(compareParameters(a, b));
  }

  @FieldResolver(() => MetricDifferences, { description: "What the trainings came to, name by name." })
  async metrics(
    @Root() comparison: ModelVersionComparison,
    @Ctx() context: Context,
  ): Promise<Differences<MetricDifference>> {
    const { a, b } = await ofSources(context, comparison, sourceMetricsOf);
    return countDifferences(compareMetrics(a, b));
  }

  @FieldResolver(() => DatasetVersionDifferences, {
    description: "The dataset versions that the trainings used, alias by alias, as they were then.",
  })
  async datasetVersions(
    @Root() comparison: ModelVersionComparison,
    @Ctx() context: Context,
  ): Promise<Differences<DatasetVersionDifference>> {
    const sources = await ofSources(context, comparison, sourceDatasetVersionsOf);
    const { a, b } = await both(sources, (datasets) => datasetsToCompare(context, datasets));
    return countDifferences(compareDatasets(a, b));
  }

  @FieldResolver(() => DockerImageDifferences, { description: "The docker images." })
  async dockerImage(
    @Root() { a, b }: ModelVersionComparison,
    @Ctx() context: Context,
  ): Promise<DockerImageDifferences> {
    const { organizationId } = viewerOf(context);
    const images = await both({ a, b }, (version) => dockerImageOf(context, version));
    spend(context, weightOf(images.a) + weightOf(images.b));
    return compareDockerImages(images.a, images.b, (secret) =>
      context.keyring.open(secret, bindingOf(organizationId, secret.name)),
    );
  }

  @FieldResolver(() => ModelFileDifferences, { description: "The files, by their names and their bytes." })
  async files(
    @Root() { a, b }: ModelVersionComparison,
    @Ctx() context: Context,
  ): Promise<Differences<ModelFileDifference>> {
    const files = await both({ a, b }, ({ id }) => filesToCompare(context, id));
    return countDifferences(compareFiles(files.a, files.b));
  }
}

/** What the source experiments of both versions have; nothing where a version was made by hand. */
async function ofSources<Row extends object>(
  context: Context,
  comparison: ModelVersionComparison,
  listOf: Look<"modelVersionId", Row[], void>,
): Promise<{ a: Row[]; b: Row[] }> {
  return both(comparison, async ({ id }) => weighed(context, await listOf(context, { modelVersionId: id })));
}

/** Reads the same of both sides at once, so that the look-ups come together. */
async function both<Side, Read>(
  { a, b }: { a: Side; b: Side },
  read: (side: Side) => Soon<Read>,
): Promise<{ a: Read; b: Read }> {
  const [one, other] = await Promise.all([read(a), read(b)]);
  return { a: one, b: other };
}
