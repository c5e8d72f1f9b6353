import type { GraphQLResolveInfo } from "graphql";
import type { Context } from "../context.ts";
import { uuidOf } from "../node/id.ts";
import { one } from "../read-ahead/look.ts";
import { normalizeName } from "../text.ts";
import type { ExperimentBy } from "./experiment.input.ts";
import { Experiment, experimentById } from "./experiment.ts";

/** @throws Refusal when the id is malformed or of another type. */
export async function findExperiment(
  context: Context,
  by: ExperimentBy,
  info: GraphQLResolveInfo,
): Promise<Experiment | null> {
  if (!by.name) return experimentById(context, uuidOf("Experiment", String(by.id), ["by", "id"]), info);
  const name = normalizeName(by.name.name);
  if (by.name.projectName == null) return outsideProjects(context, { name }, undefined, info);
  return inProject(context, { name, projectName: normalizeName(by.name.projectName) }, undefined, info);
}

const outsideProjects = one<Experiment, "name">({
  type: Experiment,
  key: { name: "text" },
  where: ({ name }) => `r.organization_id = $2 and r.name = ${name} and r.project_name is null`,
});

const inProject = one<Experiment, "name" | "projectName">({
  type: Experiment,
  key: { name: "text", projectName: "text" },
  where: ({ name, projectName }) =>
    `r.organization_id = $2 and r.name = ${name} and r.project_name = ${projectName}`,
});
