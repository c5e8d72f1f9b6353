import type { EntityManager } from "typeorm";
import { type Problems, readName } from "../text.ts";
import { Refusal } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import type { UpdateOrganizationInput } from "./organization.input.ts";
import { Organization } from "./organization.ts";

/** @throws Refusal */
export async function updateOrganization(
  tx: EntityManager,
  { organizationId }: Viewer,
  { name }: UpdateOrganizationInput,
): Promise<void> {
  if (name === undefined) return;
  const problems: Problems = [];
  const changes = { name: readName(name, ["input", "name"], problems) };
  if (problems.length > 0) throw new Refusal(problems);
  await tx.update(Organization, { id: organizationId }, changes);
}
