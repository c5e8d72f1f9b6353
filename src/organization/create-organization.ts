import type { EntityManager } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { issueToken } from "../api-token/issue-token.ts";
import { once } from "../idempotency-key/idempotency-key.ts";
import { Member } from "../member/member.ts";
import { asWholeUser, Role } from "../member/role.ts";
import { type Problems, readName } from "../text.ts";
import type { User } from "../user/user.ts";
import { Refusal } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import type { CreateOrganizationInput } from "./organization.input.ts";
import { Organization } from "./organization.ts";

/** @returns the UUID of the new organization, and a token of its owner when it is new. @throws Refusal */
export async function createOrganization(
  tx: EntityManager,
  viewer: Viewer,
  input: CreateOrganizationInput,
  idempotencyKey: string | null,
): Promise<{ uuid: string; secret: string | null }> {
  asWholeUser(viewer);
  const problems: Problems = [];
  const name = readName(input.name, ["input", "name"], problems);
  if (problems.length > 0) throw new Refusal(problems);

  const request = { key: idempotencyKey, mutation: "createOrganization", input };
  let secret: string | null = null;
  const uuid = await once(tx, viewer, request, async (id) => {
    const owner = await tx.query("select id, email from user_account where id = $1", [viewer.userId]);
    secret = await insertOrganization(tx, { id, name }, owner[0]);
  });
  return { uuid, secret };
}

/** An organization with its first owner, who has been stored before. @returns the text of the owner's token */
export async function insertOrganization(
  tx: EntityManager,
  organization: Pick<Organization, "id" | "name">,
  { id: userId, email }: Pick<User, "id" | "email">,
): Promise<string> {
  const [organizationId, role] = [organization.id, Role.OWNER];
  await tx.insert(Organization, organization);
  await tx.insert(Member, { id: uuidv7(), organizationId, userId, email, role });
  return issueToken(tx, { organizationId, userId, createdById: userId, name: "First token", role });
}
