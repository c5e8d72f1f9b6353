import type { GraphQLResolveInfo } from "graphql";
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Info,
  Int,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from "type-graphql";
import { spend, weighed, weightOf } from "../budget.ts";
import { type Context, viewerOf } from "../context.ts";
import { ModelVersion, modelVersionById } from "../model-version/model-version.ts";
import { edit } from "../mutation.ts";
import { Reads } from "../read-ahead/reads.ts";
import { type Soon, then } from "../read-ahead/soon.ts";
import { dryRunDescription, expectedRevisionDescription } from "../revision.ts";
import { selects } from "../selection.ts";
import { UserError } from "../user-error.ts";
import { Parameter, type ParameterRow, parametersOfVersion } from "./parameter.ts";
import { ParameterChange } from "./parameter-list.ts";
import { UpdateParametersInput } from "./update-parameters.input.ts";
import { updateParameters } from "./update-parameters.ts";

@ObjectType({
  description:
    "What came of `updateParameters`: the parameters before and after the edit are compared name by name, whatever the " +
    "steps between were. A parameter that got another name is one removed and one added; one that got another place only " +
    "is neither. Nothing, when it was refused.",
})
export class UpdateParametersPayload {
  @Field(() => ModelVersion, {
    nullable: true,
    description: "The version as it is now, also when the edit was refused; null when there is none.",
  })
  modelVersion!: ModelVersion | null;

  @Field(() => [Parameter], { description: "Parameters whose name was not there before." })
  added!: ParameterRow[];

  @Field(() => [ParameterChange], { description: "Parameters that have another type or value than before." })
  changed!: ParameterChange[];

  @Field(() => [Parameter], { description: "Parameters whose name is not there any more." })
  removed!: ParameterRow[];

  @Field(() => [UserError], { description: "Why it was refused; empty when it was not." })
  userErrors!: UserError[];
}

@Resolver(() => ModelVersion)
export class ParameterResolver {
  @Mutation(() => UpdateParametersPayload, { description: "Edits the training parameters of a version." })
  async updateParameters(
    @Arg("id", () => ID, { description: "The version." }) id: string,
    @Arg("input", () => UpdateParametersInput, { description: "The changes." }) input: UpdateParametersInput,
    @Arg("expectedRevision", () => Int, { nullable: true, description: expectedRevisionDescription })
    expectedRevision: number | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<UpdateParametersPayload> {
    const { row, result, userErrors } = await edit(context, {
      type: "ModelVersion",
      id,
      dryRun,
      write: async (tx, uuid) => {
        const difference = await updateParameters(tx, viewerOf(context), uuid, input, expectedRevision);
        // What does not fit into an answer is refused here, while nothing has been committed yet.
        for (const list of ["added", "changed", "removed"] as const)
          if (selects(info, list)) spend(context, weightOf(difference[list]));
        return difference;
      },
      read: modelVersionById,
    });
    return { modelVersion: row, ...(result ?? { added: [], changed: [], removed: [] }), userErrors };
  }

  @Reads(parametersOfVersion)
  @FieldResolver(() => [Parameter], {
    description:
      "The training parameters and their defaults for an experiment that starts from this version. What the version " +
      "itself was trained with stands in `sourceExperiment`.",
  })
  parameters(@Root() version: ModelVersion, @Ctx() context: Context): Soon<ParameterRow[]> {
    return then(parametersOfVersion(context, version), (found) => weighed(context, found));
  }
}
