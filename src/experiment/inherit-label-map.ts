import type { EntityManager } from "typeorm";
import { datasetLabels } from "../dataset-version/dataset-label.ts";
import { versionLabels } from "../label/label.ts";
import type { ModelVersion } from "../model-version/model-version.ts";
import { normalizeName } from "../text.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import type { Use } from "./use-dataset-versions.ts";

/** The dataset version under this alias gives the label map, when nobody says which. */
const usualAlias = "train";

interface Sources {
  base: ModelVersion | null;
  used: Use[];
  /** Of the dataset version that is to give the label map; null when nobody says which. */
  alias: string | null;
}

/** Gives an experiment the label map of a dataset version, or else of its base. @throws Refusal at `input.labelMapFrom` */
export async function inheritLabelMap(
  tx: EntityManager,
  experimentId: string,
  sources: Sources,
): Promise<void> {
  const dataset = datasetIn(sources);
  const [from, id] = dataset ? [datasetLabels, dataset.id] : [versionLabels, sources.base?.id ?? null];
  await tx.query(
    `insert into experiment_label (experiment_id, index, name)
     select $1, index, name from ${from.table} where ${from.owner} = $2`,
    [experimentId, id],
  );
}

/** The dataset version whose label map it gets; without labels, one has none to give. */
function datasetIn({ used, alias }: Sources) {
  const name = alias === null ? usualAlias : normalizeName(alias);
  const version = used.find((use) => use.alias === name)?.version;
  if (version && version.labelCount > 0) return version;
  if (alias === null) return null;
  const got = version ? "one without labels" : `"${name.slice(0, 80)}"`;
  const message = `Expected the alias of a dataset version with labels, got ${got}.`;
  refuse(UserErrorCode.INVALID, ["input", "labelMapFrom"], message);
}
