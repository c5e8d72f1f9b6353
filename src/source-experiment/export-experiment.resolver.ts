import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Field, ID, Info, Mutation, ObjectType, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { ModelVersion, modelVersionById } from "../model-version/model-version.ts";
import { create } from "../mutation.ts";
import { uuidOf } from "../node/id.ts";
import { selects } from "../selection.ts";
import { UserError } from "../user-error.ts";
import { ExportExperimentInput } from "./export-experiment.input.ts";
import { exportExperiment } from "./export-experiment.ts";
import { ExportWarning, exportWarnings } from "./export-warning.ts";

@ObjectType({ description: "What came of `exportExperiment`." })
class ExportExperimentPayload {
  @Field(() => ModelVersion, { nullable: true, description: "The new version; null when it was refused." })
  modelVersion!: ModelVersion | null;

  @Field(() => [ExportWarning], { description: "What should not go unnoticed; empty when it was refused." })
  warnings!: ExportWarning[];

  @Field(() => [UserError], { description: "Why it was refused; empty when it was not." })
  userErrors!: UserError[];
}

@Resolver()
export class ExportExperimentResolver {
  @Mutation(() => ExportExperimentPayload, {
    description:
      "Exports an experiment as the next version of a model, or as the first one of a new model. The version inherits type, label map, " +
      "parameters and files from the experiment, and framework and docker image from its base, as they were when the experiment began. It " +
      "can be exported again; each version has its own `sourceExperiment`.",
  })
  async exportExperiment(
    @Arg("id", () => ID, { description: "The experiment." }) id: string,
    @Arg("modelId", () => ID, {
      nullable: true,
      description:
        "The model that gets the version; without it, the input says what the new model is called.",
    })
    modelId: string | null,
    @Arg("input", () => ExportExperimentInput, { description: "The new version." })
    input: ExportExperimentInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ExportExperimentPayload> {
    const { keyring } = context;
    let warnings: ExportWarning[] = [];
    const { row, userErrors } = await create(context, {
      idempotencyKey,
      write: async (tx) => {
        const request = { id, modelId, input, idempotencyKey, keyring };
        const uuid = await exportExperiment(tx, viewerOf(context), request);
        if (selects(info, "warnings")) warnings = await exportWarnings(tx, uuidOf("Experiment", id, ["id"]));
        return uuid;
      },
      read: modelVersionById,
    });
    return { modelVersion: row, warnings: row === null ? [] : warnings, userErrors };
  }
}
