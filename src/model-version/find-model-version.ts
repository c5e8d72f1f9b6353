import { batch } from "../batch.ts";
import type { Context } from "../context.ts";
import { findModel } from "../model/model.resolver.ts";
import { uuidOf } from "../node/id.ts";
import { columnsOf, rows, toRow } from "../rows.ts";
import { normalizeName } from "../text.ts";
import { live } from "../trash/trash-entry.ts";
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

/** The version that has the number in the model, or had it before it was transferred: no other ever gets it. */
const byNumber = batch<string, ModelVersion | null, string>(
  async ({ db }, versions, modelId) => {
    const found: (ModelVersion & { asked: number })[] = await db.query(
      `select a.version as asked, ${columnsOf(db, ModelVersion)} from (
         select id, version from model_version where model_id = $1 and version = any($2)
         union all
         select model_version_id, version from previous_address where model_id = $1 and version = any($2)
       ) a join model_version r on r.id = a.id where ${live}`,
      [modelId, versions],
    );
    return new Map(found.map(({ asked, ...row }) => [String(asked), toRow(ModelVersion, row)]));
  },
  () => null,
);

const byName = batch<string, ModelVersion | null, string>(
  async ({ db }, names, modelId) => {
    const tail = `where r.model_id = $1 and r.name = any($2) and ${live}`;
    const found = await rows(db, ModelVersion, tail, [modelId, names]);
    return new Map(found.map((version) => [version.name, version]));
  },
  () => null,
);
