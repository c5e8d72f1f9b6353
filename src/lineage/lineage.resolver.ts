import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Resolver, Root } from "type-graphql";
import { spend } from "../budget.ts";
import type { Context } from "../context.ts";
import { DatasetVersion } from "../dataset-version/dataset-version.ts";
import { Experiment, experimentOfSource } from "../experiment/experiment.ts";
import { limits } from "../limits.ts";
import { ModelVersionConnection } from "../model-version/list-model-versions.ts";
import {
  ModelVersionOrder,
  ModelVersionOrderField,
  ModelVersionWhere,
} from "../model-version/model-version.input.ts";
import { ModelVersion, versionOfPart } from "../model-version/model-version.ts";
import type { Connection } from "../page/connection.ts";
import { pageRequest } from "../page/page.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { ancestorsOf, descendantsOf, LineageVersion } from "./lineage.ts";
import { versionsTrainedOn } from "./versions-trained-on.ts";

@Resolver(() => ModelVersion)
export class LineageOfModelVersionResolver {
  @FieldResolver(() => [LineageVersion], {
    description: `What the version comes from, the nearest first, ${limits.generations} generations at most.`,
  })
  async ancestors(@Root() version: ModelVersion, @Ctx() context: Context): Promise<LineageVersion[]> {
    const found = await ancestorsOf(context, version.id);
    spend(context, found.length);
    return found;
  }

  @FieldResolver(() => [LineageVersion], {
    description: `What comes from the version, the nearest first, ${limits.generations} generations at most.`,
  })
  async descendants(@Root() version: ModelVersion, @Ctx() context: Context): Promise<LineageVersion[]> {
    const found = await descendantsOf(context, version.id);
    spend(context, found.length);
    return found;
  }
}

@Resolver(() => LineageVersion)
export class StepOfLineageResolver {
  @FieldResolver(() => ModelVersion, {
    nullable: true,
    description: "The version itself, as it is now; null when it has been deleted.",
  })
  modelVersion(
    @Root() relative: LineageVersion,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Soon<ModelVersion | null> {
    return versionOfPart(context, relative, undefined, info);
  }

  @FieldResolver(() => Experiment, {
    nullable: true,
    description:
      "The experiment of which it is the export, as that is now; null when there is none, or none any more.",
  })
  experiment(
    @Root() relative: LineageVersion,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Soon<Experiment | null> {
    return experimentOfSource(context, relative, undefined, info);
  }
}

@Resolver(() => DatasetVersion)
export class VersionsTrainedOnDatasetVersionResolver {
  @Reads(versionsTrainedOn, { args: pageRequest })
  @FieldResolver(() => ModelVersionConnection, {
    description: "The versions whose source experiment used it.",
  })
  trainedVersions(
    @Root() dataset: DatasetVersion,
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => ModelVersionWhere, { nullable: true, description: "Which versions." })
    where: ModelVersionWhere | null,
    @Arg("orderBy", () => ModelVersionOrder, {
      defaultValue: { field: ModelVersionOrderField.CREATED_AT, direction: Direction.DESC },
      description: "In which order.",
    })
    orderBy: ModelVersionOrder,
    @Ctx() context: Context,
  ): Soon<Connection<ModelVersion>> {
    return versionsTrainedOn(context, dataset, { page, where, orderBy });
  }
}
