import type { EntityManager } from "typeorm";
import { DatasetVersion } from "../dataset-version/dataset-version.ts";
import { limits } from "../limits.ts";
import type { DetectionType } from "../model-version/enums.ts";
import type { ModelVersion } from "../model-version/model-version.ts";
import { rows } from "../rows.ts";
import type { Problems } from "../text.ts";
import { Refusal, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { ExperimentDatasetVersion } from "./experiment-dataset-version.ts";

/** A dataset version under the alias that it is to have. */
export interface Use {
  alias: string;
  version: DatasetVersion;
}

/** The dataset versions, which nobody changes or deletes until the transaction ends. @throws Refusal */
export async function readUses(
  tx: EntityManager,
  { organizationId }: Viewer,
  uses: { alias: string; uuid: string }[],
): Promise<Use[]> {
  if (uses.length > limits.datasetVersions) {
    const message = `Expected at most ${limits.datasetVersions} dataset versions, got ${uses.length}.`;
    refuse(UserErrorCode.INVALID, ["datasetVersions"], message);
  }
  const tail = "where r.id = any($1) and r.organization_id = $2 order by r.id for share";
  const found = await rows(tx, DatasetVersion, tail, [uses.map(({ uuid }) => uuid), organizationId]);
  const byId = new Map(found.map((version) => [version.id, version]));
  const problems: Problems = [];
  const seen = new Set<string>();
  const used = uses.flatMap(({ alias, uuid }, index) => {
    const field = ["datasetVersions", String(index)];
    if (seen.has(alias)) {
      const message = `Expected every alias once, got "${alias.slice(0, 80)}" again.`;
      problems.push({ code: UserErrorCode.DUPLICATE, field: [...field, "alias"], message });
    }
    seen.add(alias);
    const version = byId.get(uuid);
    if (version) return [{ alias, version }];
    const message = "There is no dataset version with this id.";
    problems.push({ code: UserErrorCode.NOT_FOUND, field: [...field, "datasetVersionId"], message });
    return [];
  });
  if (problems.length > 0) throw new Refusal(problems);
  return used;
}

/** What the experiment learns to find: as given, or else as in its dataset versions, or else as its base does. @throws Refusal */
export function chooseType(
  given: DetectionType | null,
  used: Use[],
  base: ModelVersion | null,
): DetectionType {
  const typed = used.flatMap(({ version: { type } }, index) => (type ? [{ type, index }] : []));
  const type = given ?? typed[0]?.type ?? base?.type;
  if (!type) {
    const message = "Expected a type, got none: neither a dataset version nor a base tells it.";
    refuse(UserErrorCode.INVALID, ["input", "type"], message);
  }
  const other = typed.find((each) => each.type !== type);
  if (!other) return type;
  if (given) {
    const message = `Expected the type of the dataset versions, which is ${other.type}, got ${given}.`;
    refuse(UserErrorCode.CONFLICT, ["input", "type"], message);
  }
  const message = `Expected dataset versions of one type, got ${type} and ${other.type}.`;
  refuse(UserErrorCode.CONFLICT, ["datasetVersions", String(other.index), "datasetVersionId"], message);
}

export async function insertUses(
  tx: EntityManager,
  { organizationId }: Viewer,
  experimentId: string,
  used: Use[],
): Promise<void> {
  const values = used.map(({ alias, version }, index) => ({
    ...{ experimentId, organizationId, alias },
    ...{ datasetVersionId: version.id, position: index + 1 },
  }));
  if (values.length > 0) await tx.insert(ExperimentDatasetVersion, values);
}
