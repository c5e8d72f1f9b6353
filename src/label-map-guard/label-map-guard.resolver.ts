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
import { spend } from "../budget.ts";
import { type Context, viewerOf } from "../context.ts";
import { UpdateLabelMapInput } from "../label/label.input.ts";
import { Label, type LabelRow } from "../label/label.ts";
import { LabelChange } from "../label/label-map.ts";
import { updateLabelMap } from "../label/update-label-map.ts";
import { ModelVersion, modelVersionById } from "../model-version/model-version.ts";
import { edit } from "../mutation.ts";
import { dryRunDescription, expectedRevisionDescription } from "../revision.ts";
import { selects } from "../selection.ts";
import { UserError } from "../user-error.ts";
import { divergencesOf, LabelMapDivergence, readDivergences, sizeOf } from "./label-map-divergence.ts";

@ObjectType({
  description:
    "What came of `updateLabelMap`: the label map before and after the edit are compared index by index, whatever " +
    "the steps between were. A label that got another index is one removed and one added. Nothing, when it was refused.",
})
export class UpdateLabelMapPayload {
  @Field(() => ModelVersion, {
    nullable: true,
    description: "The version as it is now, also when the edit was refused; null when there is none.",
  })
  modelVersion!: ModelVersion | null;

  @Field(() => [Label], { description: "Labels whose index was not there before." })
  added!: LabelRow[];

  @Field(() => [LabelChange], { description: "Indexes that have another name than before." })
  changed!: LabelChange[];

  @Field(() => [Label], { description: "Labels whose index is not there any more." })
  removed!: LabelRow[];

  @Field(() => [LabelMapDivergence], {
    description:
      "Where the edited label map differs from the datasets that an exported version was trained with.",
  })
  warnings!: LabelMapDivergence[];

  @Field(() => [UserError], { description: "Why it was refused; empty when it was not." })
  userErrors!: UserError[];
}

/** Label maps beside what exported versions were trained with; the edit is here because it warns of that. */
@Resolver(() => ModelVersion)
export class LabelMapGuardResolver {
  @Mutation(() => UpdateLabelMapPayload, { description: "Edits the label map of a version." })
  async updateLabelMap(
    @Arg("id", () => ID, { description: "The version." }) id: string,
    @Arg("input", () => UpdateLabelMapInput, { description: "The changes." }) input: UpdateLabelMapInput,
    @Arg("expectedRevision", () => Int, { nullable: true, description: expectedRevisionDescription })
    expectedRevision: number | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<UpdateLabelMapPayload> {
    const { row, result, userErrors } = await edit(context, {
      type: "ModelVersion",
      id,
      dryRun,
      write: async (tx, uuid) => {
        const told = (["added", "changed", "removed"] as const).filter((list) => selects(info, list));
        const difference = await updateLabelMap(tx, viewerOf(context), {
          versionUuid: uuid,
          ...{ input, expectedRevision, compared: told.length > 0 },
        });
        // What does not fit into an answer is refused here, while nothing has been committed yet.
        for (const list of told) spend(context, difference[list].length);
        const warnings = selects(info, "warnings")
          ? ((await readDivergences(context, tx, [uuid])).get(uuid) ?? [])
          : [];
        spend(context, sizeOf(warnings));
        return { ...difference, warnings };
      },
      written: ({ version }) => version,
      read: modelVersionById,
    });
    return {
      modelVersion: row,
      ...(result ?? { added: [], changed: [], removed: [], warnings: [] }),
      userErrors,
    };
  }

  @FieldResolver(() => [LabelMapDivergence], {
    description:
      "Where the label map differs from those of the dataset versions of the source experiment, one for each alias that " +
      "differs; a dataset version without labels has no map to differ from. Empty when none differs, and when the " +
      "version was made by hand.",
  })
  async labelMapDivergence(
    @Root() version: ModelVersion,
    @Ctx() context: Context,
  ): Promise<LabelMapDivergence[]> {
    const divergences = await divergencesOf(context, version.id);
    spend(context, sizeOf(divergences));
    return divergences;
  }
}
