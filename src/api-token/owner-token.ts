import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DataSource, EntityManager } from "typeorm";
import { lockOrganization, stopAccess } from "../member/access.ts";
import { Role } from "../member/role.ts";
import { issueToken } from "./issue-token.ts";
import { apiTokenSecret, readSecret } from "./secret.ts";

/** Where the machine keeps the token of the first owner. */
export function ownerTokenFile(dataDir: string): string {
  return join(dataDir, "owner-token");
}

export interface Owner {
  memberId: string;
  organizationId: string;
  organization: string;
  userId: string;
  name: string;
  email: string;
}

/** The owners of all organizations. */
export async function findOwners(db: DataSource): Promise<Owner[]> {
  return db.query(
    `select m.id as "memberId", m.organization_id as "organizationId", o.name as organization,
       m.user_id as "userId", u.name, u.email
     from member m join organization o on o.id = m.organization_id join user_account u on u.id = m.user_id
     where m.role = 'OWNER' and m.removed_at is null order by o.created_at, m.created_at`,
  );
}

/**
 * Gives an owner who has lost the token another one. Whoever has found the lost one can do nothing with it any more, nor
 * with an invitation that was made with it; tokens of the owner with a lower role, as scripts have them, go on.
 *
 * @returns the text of the token, and whether the file held the lost one, and so is to hold this one
 */
export async function resetOwnerToken(
  tx: EntityManager,
  { organizationId, userId }: Owner,
  file: string,
): Promise<{ token: string; replacesFile: boolean }> {
  await lockOrganization(tx, organizationId);
  await stopAccess(tx, organizationId, userId);
  const [lost]: [{ digest: Buffer }[], number] = await tx.query(
    "delete from api_token where (organization_id, user_id, role) = ($1, $2, 'OWNER') returning digest",
    [organizationId, userId],
  );
  const token = await issueToken(tx, {
    ...{ organizationId, userId, createdById: userId },
    name: "Reset on the machine",
    role: Role.OWNER,
  });
  const kept = await readFile(file, "utf8").catch(() => "");
  const digest = readSecret(apiTokenSecret, kept.trim());
  return { token, replacesFile: digest !== undefined && lost.some((each) => each.digest.equals(digest)) };
}
