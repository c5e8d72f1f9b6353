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
  return "version" in within
    ? byNumber(context, model, within.version, info)
    : byName(context, model, normalizeName(within.name), info);
}

/** The version that has the number in the model, or had it before it was transferred: no other ever gets it. */
const byNumber = one<ModelVersion, "id", number>({
  type: ModelVersion,
  key: { id: "uuid" },
  where: ({ id }, version, bind) => {
    const number = `${bind(version)}::int`;
    return `r.id in (
      select id from model_version where model_id = ${id} and version = ${number}
      union all
      select model_version_id from previous_address where model_id = ${id} and version = ${number}) and ${live}`;
  },
});

const byName = one<ModelVersion, "id", string>({
  type: ModelVersion,
  key: { id: "uuid" },
  where: ({ id }, name, bind) => `r.model_id = ${id} and r.name = ${bind(name)} and ${live}`,
});
