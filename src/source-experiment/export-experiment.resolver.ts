import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { ModelVersion, modelVersionById } from "../model-version/model-version.ts";
import { create } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { ExportExperimentInput } from "./export-experiment.input.ts";
import { exportExperiment } from "./export-experiment.ts";

const ExportExperimentPayload = payloadType("exportExperiment", {
  modelVersion: [ModelVersion, "The new version; null when it was refused."],
});

@Resolver()
export class ExportExperimentResolver {
  @Mutation(() => ExportExperimentPayload, {
    description:
      "Exports an experiment as the next version of a model, or as the first one of a new model. The version inherits type, label map and " +
      "parameters from the experiment, and framework and docker image from its base, as they were when the experiment began. It " +
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
  ): Promise<Payload<{ modelVersion: ModelVersion }>> {
    const { keyring } = context;
    const { row, userErrors } = await create(context, {
      idempotencyKey,
      write: (tx) => exportExperiment(tx, viewerOf(context), { id, modelId, input, idempotencyKey, keyring }),
      read: modelVersionById,
    });
    return { modelVersion: row, userErrors };
  }
}
