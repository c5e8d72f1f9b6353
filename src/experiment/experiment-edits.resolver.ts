import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Field, ID, Info, Int, Mutation, ObjectType, Resolver } from "type-graphql";
import { spend, weightOf } from "../budget.ts";
import { type Context, viewerOf } from "../context.ts";
import { UpdateLabelMapInput } from "../label/label.input.ts";
import { Label, type LabelRow } from "../label/label.ts";
import { LabelChange } from "../label/label-map.ts";
import { readLabelMapEdit } from "../label/update-label-map.ts";
import { edit } from "../mutation.ts";
import { Parameter, type ParameterRow } from "../parameter/parameter.ts";
import { ParameterChange } from "../parameter/parameter-list.ts";
import { UpdateParametersInput } from "../parameter/update-parameters.input.ts";
import { readParametersEdit } from "../parameter/update-parameters.ts";
import { dryRunDescription, expectedRevisionDescription } from "../revision.ts";
import { selects } from "../selection.ts";
import { UserError } from "../user-error.ts";
import { editExperiment, requireOpen } from "./edit-experiment.ts";
import { Experiment, experimentById } from "./experiment.ts";
import { experimentLabels } from "./experiment-label.ts";
import { experimentParameters } from "./experiment-parameter.ts";
import { ExperimentLabelMapWarning, readLabelMapWarnings } from "./label-map-warning.ts";

const asItIsNow = "The experiment as it is now, also when the edit was refused; null when there is none.";

@ObjectType({
  description:
    "What came of `updateExperimentParameters`, compared as `updateParameters` does. Nothing, when it was refused.",
})
export class UpdateExperimentParametersPayload {
  @Field(() => Experiment, { nullable: true, description: asItIsNow })
  experiment!: Experiment | null;

  @Field(() => [Parameter], { description: "Parameters whose name was not there before." })
  added!: ParameterRow[];

  @Field(() => [ParameterChange], { description: "Parameters that have another type or value than before." })
  changed!: ParameterChange[];

  @Field(() => [Parameter], { description: "Parameters whose name is not there any more." })
  removed!: ParameterRow[];

  @Field(() => [UserError], { description: "Why it was refused; empty when it was not." })
  userErrors!: UserError[];
}

@ObjectType({
  description:
    "What came of `updateExperimentLabelMap`, compared as `updateLabelMap` does. Nothing, when it was refused.",
})
export class UpdateExperimentLabelMapPayload {
  @Field(() => Experiment, { nullable: true, description: asItIsNow })
  experiment!: Experiment | null;

  @Field(() => [Label], { description: "Labels whose index was not there before." })
  added!: LabelRow[];

  @Field(() => [LabelChange], { description: "Indexes that have another name than before." })
  changed!: LabelChange[];

  @Field(() => [Label], { description: "Labels whose index is not there any more." })
  removed!: LabelRow[];

  @Field(() => [ExperimentLabelMapWarning], {
    description: "The dataset versions that give another name to an index of the edited label map.",
  })
  warnings!: ExperimentLabelMapWarning[];

  @Field(() => [UserError], { description: "Why it was refused; empty when it was not." })
  userErrors!: UserError[];
}

const nothing = { added: [], changed: [], removed: [] };

/** What a training script sets while it goes on. What does not fit into an answer is refused while nothing is committed. */
@Resolver()
export class ExperimentEditsResolver {
  @Mutation(() => UpdateExperimentParametersPayload, {
    description: "Edits the parameters of an experiment that has neither ended nor been exported.",
  })
  async updateExperimentParameters(
    @Arg("id", () => ID, { description: "The experiment." }) id: string,
    @Arg("input", () => UpdateParametersInput, { description: "The changes." }) input: UpdateParametersInput,
    @Arg("expectedRevision", () => Int, { nullable: true, description: expectedRevisionDescription })
    expectedRevision: number | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<UpdateExperimentParametersPayload> {
    const { row, result, userErrors } = await edit(context, {
      type: "Experiment",
      id,
      dryRun,
      write: async (tx, experimentUuid) => {
        const change = readParametersEdit(input, expectedRevision);
        const section = { experimentUuid, section: "parameters", expectedRevision } as const;
        const { difference } = await editExperiment(tx, viewerOf(context), section, (experiment) => {
          requireOpen(experiment);
          return change(tx, experimentParameters, experimentUuid);
        });
        for (const list of ["added", "changed", "removed"] as const)
          if (selects(info, list)) spend(context, weightOf(difference[list]));
        return difference;
      },
      read: experimentById,
    });
    return { experiment: row, ...(result ?? nothing), userErrors };
  }

  @Mutation(() => UpdateExperimentLabelMapPayload, {
    description: "Edits the label map of an experiment that has neither ended nor been exported.",
  })
  async updateExperimentLabelMap(
    @Arg("id", () => ID, { description: "The experiment." }) id: string,
    @Arg("input", () => UpdateLabelMapInput, { description: "The changes." }) input: UpdateLabelMapInput,
    @Arg("expectedRevision", () => Int, { nullable: true, description: expectedRevisionDescription })
    expectedRevision: number | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<UpdateExperimentLabelMapPayload> {
    const { row, result, userErrors } = await edit(context, {
      type: "Experiment",
      id,
      dryRun,
      write: async (tx, experimentUuid) => {
        const { look, change } = readLabelMapEdit(input, expectedRevision);
        const section = { experimentUuid, section: "labels", expectedRevision } as const;
        const { difference } = await editExperiment(tx, viewerOf(context), section, async (experiment) => {
          requireOpen(experiment);
          const before = await look(tx, experimentLabels, experiment.id);
          return change(tx, experimentLabels, experiment, before);
        });
        for (const list of ["added", "changed", "removed"] as const)
          if (selects(info, list)) spend(context, difference[list].length);
        if (!selects(info, "warnings")) return { ...difference, warnings: [] };
        const warnings = await readLabelMapWarnings(context, tx, [experimentUuid]);
        return { ...difference, warnings: warnings.get(experimentUuid) ?? [] };
      },
      read: experimentById,
    });
    return { experiment: row, ...(result ?? { ...nothing, warnings: [] }), userErrors };
  }
}
