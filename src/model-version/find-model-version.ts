import type { GraphQLResolveInfo } from "graphql";
import type { Context } from "../context.ts";
import { findModel } from "../model/model.resolver.ts";
import { uuidOf } from "../node/id.ts";
import { one } from "../read-ahead/look.ts";
import { normalizeName } from "../text.ts";
import { live } from "../trash/trash-entry.ts";
import type { ModelVersionBy } from "./model-version.input.ts";
import { ModelVersion, modelVersionById } from "./model-version.ts";

/** @throws Refusal when an id is malformed or of another type. */
export async function findModelVersion(
  context: Context,
  by: ModelVersionBy,
  info: GraphQLResolveInfo,
): Promise<ModelVersion | null> {
  if (by.id !== undefined)
    return modelVersionById(context, uuidOf("ModelVersion", by.id, ["by", "id"]), info);
  const [key, within] = by.number ? (["number", by.number] as const) : (["name", by.name] as const);
  if (!within) return null;
  const model = await findModel(context, within.model, ["by", key, "model"]);
  if (!model) return null;
  const modelId = model.id;
  return "version" in within
    ? byNumber(context, { modelId, version: within.version }, undefined, info)
    : byName(context, { modelId, name: normalizeName(within.name) }, undefined, info);
}

/** The version that has the number in the model, or had it before it was transferred: no other ever gets it. */
const byNumber = one<ModelVersion, "modelId" | "version">({
  type: ModelVersion,
  key: { modelId: "uuid", version: "int" },
  where: ({ modelId, version }) => `r.id in (
    select id from model_version where (model_id, version) = (${modelId}, ${version})
    union all
    select model_version_id from previous_address where (model_id, version) = (${modelId}, ${version})) and ${live}`,
});

const byName = one<ModelVersion, "modelId" | "name">({
  type: ModelVersion,
  key: { modelId: "uuid", name: "text" },
  where: ({ modelId, name }) => `r.model_id = ${modelId} and r.name = ${name} and ${live}`,
});
