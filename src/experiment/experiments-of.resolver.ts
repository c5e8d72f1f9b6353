import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { DatasetVersion } from "../dataset-version/dataset-version.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import type { Connection } from "../page/connection.ts";
import { pageRequest } from "../page/page.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { ExperimentOrder, ExperimentOrderField, ExperimentWhere } from "./experiment.input.ts";
import type { Experiment } from "./experiment.ts";
import { ExperimentConnection, experimentsOfBase, experimentsOfDatasetVersion } from "./list-experiments.ts";

const newestFirst = { field: ExperimentOrderField.CREATED_AT, direction: Direction.DESC };

@Resolver(() => ModelVersion)
export class ExperimentsOfModelVersionResolver {
  @Reads(experimentsOfBase, { args: pageRequest })
  @FieldResolver(() => ExperimentConnection, {
    description: "The experiments that have started from the version, as their base architecture.",
  })
  experiments(
    @Root() version: ModelVersion,
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => ExperimentWhere, { nullable: true, description: "Which experiments." })
    where: ExperimentWhere | null,
    @Arg("orderBy", () => ExperimentOrder, { defaultValue: newestFirst, description: "In which order." })
    orderBy: ExperimentOrder,
    @Ctx() context: Context,
  ): Soon<Connection<Experiment>> {
    return experimentsOfBase(context, version, { page, where, orderBy });
  }
}

@Resolver(() => DatasetVersion)
export class ExperimentsOfDatasetVersionResolver {
  @Reads(experimentsOfDatasetVersion, { args: pageRequest })
  @FieldResolver(() => ExperimentConnection, { description: "The experiments that use the version." })
  experiments(
    @Root() version: DatasetVersion,
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => ExperimentWhere, { nullable: true, description: "Which experiments." })
    where: ExperimentWhere | null,
    @Arg("orderBy", () => ExperimentOrder, { defaultValue: newestFirst, description: "In which order." })
    orderBy: ExperimentOrder,
    @Ctx() context: Context,
  ): Soon<Connection<Experiment>> {
    return experimentsOfDatasetVersion(context, version, { page, where, orderBy });
  }
}
