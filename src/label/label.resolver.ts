import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { firstLabels, firstLabelsDescription, ReadsFirstLabels } from "./first-labels.ts";
import { Label, type LabelRow, labelsOfVersion } from "./label.ts";

@Resolver(() => ModelVersion)
export class LabelResolver {
  @ReadsFirstLabels(labelsOfVersion)
  @FieldResolver(() => [Label], { description: "The label map, in the order of the indexes." })
  labels(
    @Root() version: ModelVersion,
    @Arg("first", () => Int, { nullable: true, description: firstLabelsDescription }) first: number | null,
    @Ctx() context: Context,
  ): Soon<LabelRow[]> {
    return firstLabels(context, labelsOfVersion, version, first);
  }
}
