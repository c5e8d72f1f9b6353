import { batch } from "../batch.ts";
import type { Context } from "../context.ts";
import { findModel } from "../model/model.resolver.ts";
import { uuidOf } from "../node/id.ts";
import { rows } from "../rows.ts";
import { normalizeName } from "../text.ts";
import type { ModelVersionBy } from "./model-version.input.ts";
import { ModelVersion, modelVersionById } from "./model-version.ts";

/** @throws Refusal when an id is malformed or of another type. */
export async function findModelVersion(context: Context, by: ModelVersionBy): Promise<ModelVersion | null> {
  if (by.id !== undefined) return modelVersionById(context, uuidOf("ModelVersion", by.id, ["by", "id"]));
  const [key, within] = by.number ? (["number", by.number] as const) : (["name", by.name] as const);
  if (!within) return null;
  const model = await findModel(context, within.model, ["by", key, "model"]);
  if (!model) return null;
  return "version" in within
    ? byNumber(context, String(within.version), model.id)
    : byName(context, normalizeName(within.name), model.id);
}

const byNumber = batch<string, ModelVersion | null, string>(
  async ({ db }, versions, modelId) => {
    const found = await rows(db, ModelVersion, "where r.model_id = $1 and r.version = any($2)", [
      modelId,
      versions,
    ]);
    return new Map(found.map((version) => [String(version.version), version]));
  },
  () => null,
);

const byName = batch<string, ModelVersion | null, string>(
  async ({ db }, names, modelId) => {
    const found = await rows(db, ModelVersion, "where r.model_id = $1 and r.name = any($2)", [
      modelId,
      names,
    ]);
    return new Map(found.map((version) => [version.name, version]));
  },
  () => null,
);
