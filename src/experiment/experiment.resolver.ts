import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { type Context, organizationOf, viewerOf } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { limits } from "../limits.ts";
import { create, edit } from "../mutation.ts";
import type { Connection } from "../page/connection.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { type Payload, payloadType } from "../payload.ts";
import { HandsOn, Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { dryRunDescription, expectedRevisionDescription } from "../revision.ts";
import { authorOf, User } from "../user/user.ts";
import { createExperiment } from "./create-experiment.ts";
import {
  CreateExperimentInput,
  ExperimentBy,
  ExperimentDatasetVersionInput,
  ExperimentOrder,
  ExperimentOrderField,
  ExperimentWhere,
  UpdateExperimentInput,
} from "./experiment.input.ts";
import { Experiment, experimentById } from "./experiment.ts";
import { ExperimentStatus } from "./experiment-status.ts";
import { findExperiment } from "./find-experiment.ts";
import { ExperimentConnection, experimentsOfOrganization } from "./list-experiments.ts";
import { setExperimentStatus, updateExperiment } from "./update-experiment.ts";

const CreateExperimentPayload = payloadType("createExperiment", {
  experiment: [
    Experiment,
    "The new experiment; null when it was refused. Its `labelMapWarnings` say where its datasets disagree.",
  ],
});

const asItIsNow = "The experiment as it is now, also when the edit was refused; null when there is none.";

const UpdateExperimentPayload = payloadType("updateExperiment", { experiment: [Experiment, asItIsNow] });

const SetExperimentStatusPayload = payloadType("setExperimentStatus", {
  experiment: [Experiment, asItIsNow],
});

@Resolver(() => Experiment)
export class ExperimentResolver {
  @HandsOn()
  @Query(() => Experiment, { nullable: true, description: "One experiment; null when there is none." })
  experiment(
    @Arg("by", () => ExperimentBy, { description: "How to find it." }) by: ExperimentBy,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Experiment | null> {
    return findExperiment(context, by, info);
  }

  @HandsOn()
  @Query(() => ExperimentConnection, { description: "The experiments of the organization." })
  experiments(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => ExperimentWhere, { nullable: true, description: "Which experiments." })
    where: ExperimentWhere | null,
    @Arg("orderBy", () => ExperimentOrder, {
      defaultValue: { field: ExperimentOrderField.UPDATED_AT, direction: Direction.DESC },
      description: "In which order.",
    })
    orderBy: ExperimentOrder,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Soon<Connection<Experiment>> {
    return experimentsOfOrganization(context, organizationOf(context), { page, where, orderBy }, info);
  }

  @Mutation(() => CreateExperimentPayload, {
    description:
      "Creates an experiment, which begins with the status WAITING. From its base it takes the parameters, the framework, the " +
      "docker image and the files that are READY, and the label map where no dataset version gives one.",
  })
  async createExperiment(
    @Arg("baseModelVersionId", () => ID, {
      nullable: true,
      description:
        "The version that it starts from, its base architecture; without it, it starts from nothing.",
    })
    baseModelVersionId: string | null,
    @Arg("datasetVersions", () => [ExperimentDatasetVersionInput], {
      nullable: true,
      description: `The dataset versions that it uses; at most ${limits.datasetVersions}.`,
    })
    datasetVersions: ExperimentDatasetVersionInput[] | null,
    @Arg("input", () => CreateExperimentInput, { description: "The new experiment." })
    input: CreateExperimentInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ experiment: Experiment }>> {
    const request = { baseModelVersionId, datasetVersions: datasetVersions ?? [], input, idempotencyKey };
    const { row, userErrors } = await create(context, {
      idempotencyKey,
      write: (tx) => createExperiment(tx, viewerOf(context), request),
      read: experimentById,
    });
    return { experiment: row, userErrors };
  }

  @Mutation(() => UpdateExperimentPayload, {
    description: "Changes what is said of an experiment; also when it has ended.",
  })
  async updateExperiment(
    @Arg("id", () => ID, { description: "The experiment." }) id: string,
    @Arg("input", () => UpdateExperimentInput, { description: "The changes." }) input: UpdateExperimentInput,
    @Arg("expectedRevision", () => Int, { nullable: true, description: expectedRevisionDescription })
    expectedRevision: number | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ experiment: Experiment }>> {
    const { row, userErrors } = await edit(context, {
      type: "Experiment",
      id,
      dryRun,
      write: (tx, uuid) => updateExperiment(tx, viewerOf(context), uuid, input, expectedRevision),
      read: experimentById,
    });
    return { experiment: row, userErrors };
  }

  @Mutation(() => SetExperimentStatusPayload, {
    description:
      "Moves an experiment on. The status that it has already changes nothing; one that cannot come next is refused with " +
      "the code CONFLICT.",
  })
  async setExperimentStatus(
    @Arg("id", () => ID, { description: "The experiment." }) id: string,
    @Arg("status", () => ExperimentStatus, { description: "How far it is now." }) status: ExperimentStatus,
    @Ctx() context: Context,
  ): Promise<Payload<{ experiment: Experiment }>> {
    const { row, userErrors } = await edit(context, {
      type: "Experiment",
      id,
      write: (tx, uuid) => setExperimentStatus(tx, viewerOf(context), uuid, status),
      read: experimentById,
    });
    return { experiment: row, userErrors };
  }

  @Reads(authorOf)
  @FieldResolver(() => User, { description: "Who created the experiment." })
  createdBy(@Root() experiment: Experiment, @Ctx() context: Context): Soon<User | null> {
    return authorOf(context, experiment);
  }
}
