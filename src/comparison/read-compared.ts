import { batch, groupBy } from "../batch.ts";
import { blobById } from "../blob/blob.ts";
import { spend } from "../budget.ts";
import type { Context } from "../context.ts";
import { limits } from "../limits.ts";
import { ModelFile } from "../model-file/model-file.ts";
import { value } from "../read-ahead/look.ts";
import { rows } from "../rows.ts";
import type { SourceDatasetVersion } from "../source-experiment/source-experiment.ts";
import { live } from "../trash/trash-entry.ts";
import type { ComparedDataset } from "./compare-datasets.ts";
import type { ComparedFile } from "./compare-files.ts";

/** All files of a version, with their bytes. @throws GraphQLError with the code QUERY_TOO_LARGE */
export async function filesToCompare(context: Context, versionId: string): Promise<ComparedFile[]> {
  const files = await allFilesOf(context, versionId);
  spend(context, files.length);
  return Promise.all(files.map(async (file) => ({ file, blob: await blobById(context, file.blobId) })));
}

const allFilesOf = batch<string, ModelFile[]>(
  async ({ db }, versionIds) => {
    const tail = `where r.model_version_id = any($1) and ${live} limit $2`;
    const found = await rows(db, ModelFile, tail, [versionIds, limits.answer + 1]);
    return groupBy(found, ({ modelVersionId }) => modelVersionId);
  },
  () => [],
);

/** Labels that are compared at the cost of one object of an answer. */
const comparedPerObject = 10;

/** Pays for the comparison of label maps before they are read. @throws GraphQLError with the code QUERY_TOO_LARGE */
export function spendLabels(context: Context, owners: readonly { labelCount: number }[]): void {
  const labels = owners.reduce((sum, { labelCount }) => sum + labelCount, 0);
  spend(context, Math.ceil(labels / comparedPerObject));
}

/** Dataset versions of a source experiment, with what tells their label maps apart. */
export async function datasetsToCompare(
  context: Context,
  datasets: readonly SourceDatasetVersion[],
): Promise<ComparedDataset[]> {
  spendLabels(context, datasets);
  return Promise.all(
    datasets.map(async (dataset) => ({
      dataset,
      labelMapDigest: await labelMapDigestOf(context, dataset),
    })),
  );
}

const labelMapDigestOf = value<string, "modelVersionId" | "alias">({
  key: { modelVersionId: "uuid", alias: "text" },
  sql: ({ modelVersionId, alias }) =>
    `select coalesce(encode(sha256(convert_to(
       json_agg(json_build_array(l.index, l.name) order by l.index)::text, 'UTF8')), 'hex'), '')
     from source_label l where (l.model_version_id, l.alias) = (${modelVersionId}, ${alias})`,
  missing: "",
});
