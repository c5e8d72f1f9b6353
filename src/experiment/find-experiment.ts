import { batch } from "../batch.ts";
import { type Context, viewerOf } from "../context.ts";
import { uuidOf } from "../node/id.ts";
import { rows } from "../rows.ts";
import { normalizeName } from "../text.ts";
import type { ExperimentBy } from "./experiment.input.ts";
import { Experiment, experimentById } from "./experiment.ts";

/** @throws Refusal when the id is malformed or of another type. */
export async function findExperiment(context: Context, by: ExperimentBy): Promise<Experiment | null> {
  if (!by.name) return experimentById(context, uuidOf("Experiment", String(by.id), ["by", "id"]));
  const { projectName, name } = by.name;
  return byName(context, normalizeName(name), projectName == null ? null : normalizeName(projectName));
}

const byName = batch<string, Experiment | null, string | null>(
  async (context, names, projectName) => {
    const { organizationId } = viewerOf(context);
    const project =
      projectName === null ? "r.project_name is null and $3::text is null" : "r.project_name = $3";
    const tail = `where r.organization_id = $1 and r.name = any($2) and ${project}`;
    const found = await rows(context.db, Experiment, tail, [organizationId, names, projectName]);
    return new Map(found.map((experiment) => [experiment.name, experiment]));
  },
  () => null,
);
