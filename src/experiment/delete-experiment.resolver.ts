import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { edit } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { dryRunDescription } from "../revision.ts";
import { deleteExperiment, ExperimentContents } from "./delete-experiment.ts";
import { Experiment, experimentById } from "./experiment.ts";

const DeleteExperimentPayload = payloadType("deleteExperiment", {
  experiment: [Experiment, "The experiment, when it was not deleted; null when there is none any more."],
  contents: [
    ExperimentContents,
    "What was lost with it, or would be by a dry run; null when it was refused.",
  ],
});

@Resolver()
export class DeleteExperimentResolver {
  @Mutation(() => DeleteExperimentPayload, {
    description:
      "Deletes an experiment that does not run; it does not come back. Versions that were exported from it keep their `sourceExperiment`, " +
      "and what they come from.",
  })
  async deleteExperiment(
    @Arg("id", () => ID, { description: "The experiment." }) id: string,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ experiment: Experiment; contents: ExperimentContents }>> {
    const { row, result, userErrors } = await edit(context, {
      type: "Experiment",
      id,
      dryRun,
      write: (tx, uuid) => deleteExperiment(tx, viewerOf(context), uuid),
      read: experimentById,
    });
    return { experiment: row, contents: result, userErrors };
  }
}
