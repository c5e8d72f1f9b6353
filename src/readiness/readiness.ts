import { Field, ObjectType, registerEnumType } from "type-graphql";
import type { ModelVersion } from "../model-version/model-version.ts";
import { objectJson, type WriteJson } from "../read-ahead/json.ts";
import { value } from "../read-ahead/look.ts";

export enum Section {
  FRAMEWORK = "FRAMEWORK",
  LABELS = "LABELS",
  PARAMETERS = "PARAMETERS",
  DOCKER_IMAGE = "DOCKER_IMAGE",
  FILES = "FILES",
}

registerEnumType(Section, {
  name: "ModelVersionSection",
  description: "A part of a version that a use of it may need.",
  valuesConfig: {
    FRAMEWORK: { description: "The framework." },
    LABELS: { description: "At least one label." },
    PARAMETERS: { description: "At least one parameter." },
    DOCKER_IMAGE: { description: "The docker image." },
    FILES: { description: "At least one file." },
  },
});

@ObjectType({ description: "Whether a version has what a use of it needs. It tells; it does not forbid." })
export class Readiness {
  @Field(() => Boolean, { description: "Whether nothing is missing." })
  ready!: boolean;

  @Field(() => [Section], { description: "What this use needs and the version does not have." })
  missing!: Section[];

  @Field(() => [Section], { description: "What would help this use and the version does not have." })
  recommended!: Section[];
}

/** What each use of a version needs, and what helps it. */
const uses = {
  training: { needs: [Section.DOCKER_IMAGE], helps: [Section.PARAMETERS, Section.FILES] },
  deploying: { needs: [Section.FILES], helps: [Section.FRAMEWORK, Section.LABELS, Section.DOCKER_IMAGE] },
};

/** What of a version `readiness` looks at. */
export const readinessNeeds = ["framework", "labelCount", "trainable", "deployable"] as const;

export function readiness(
  use: keyof typeof uses,
  version: Pick<ModelVersion, (typeof readinessNeeds)[number]>,
  hasParameters: boolean,
): Readiness {
  const has: { [section in Section]: boolean } = {
    FRAMEWORK: version.framework !== null,
    LABELS: version.labelCount > 0,
    PARAMETERS: hasParameters,
    // Stored on the version by triggers: they are what `where` filters by.
    DOCKER_IMAGE: version.trainable,
    FILES: version.deployable,
  };
  const lacks = (sections: Section[]) => sections.filter((section) => !has[section]);
  const missing = lacks(uses[use].needs);
  return { ready: missing.length === 0, missing, recommended: lacks(uses[use].helps) };
}

/** What `readiness` comes to, in SQL. */
export function readinessJson(use: keyof typeof uses): WriteJson {
  return ({ at }, asked) => {
    const has: { [section in Section]: string } = {
      FRAMEWORK: `${at("framework")} is not null`,
      LABELS: `${at("labelCount")} > 0`,
      PARAMETERS: `exists (${parameterOf(at("id"))})`,
      DOCKER_IMAGE: at("trainable"),
      FILES: at("deployable"),
    };
    const { needs, helps } = uses[use];
    const lacks = (sections: Section[]) =>
      `to_json(array_remove(array[${sections.map((each) => `case when not (${has[each]}) then '${each}' end`)}], null))`;
    const ready = needs.map((section) => has[section]).join(" and ");
    return objectJson(asked, { ready, missing: lacks(needs), recommended: lacks(helps) });
  };
}

function parameterOf(id: string): string {
  return `select from parameter p where p.model_version_id = ${id}`;
}

/** Whether each version has a parameter. */
export const hasParameters = value<boolean, "id">({
  key: { id: "uuid" },
  sql: ({ id }) => `select exists (${parameterOf(id)})`,
  missing: false,
});
