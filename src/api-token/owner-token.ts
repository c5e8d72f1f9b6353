import { join } from "node:path";
import type { DataSource, EntityManager } from "typeorm";
import { lockOrganization, stopAccess } from "../member/access.ts";
import { Role } from "../member/role.ts";
import { toGlobalId } from "../node/id.ts";
import { writeSecretFile } from "../secret-file.ts";
import { issueToken } from "./issue-token.ts";

/** Where the machine keeps the token of the first owner. */
export function ownerTokenFile(dataDir: string): string {
  return join(dataDir, "owner-token");
}

export function writeOwnerToken(file: string, token: string): Promise<void> {
  return writeSecretFile(file, token);
}

export interface Owner {
  organizationId: string;
  organization: string;
  userId: string;
  name: string;
  email: string;
}

/** The owners of all organizations: those with this address, in the organization with this name or id. */
export async function findOwners(
  db: DataSource,
  { email, organization }: { email?: string | undefined; organization?: string | undefined },
): Promise<Owner[]> {
  const owners: Owner[] = await db.query(
    `select m.organization_id as "organizationId", o.name as organization, m.user_id as "userId", u.name, u.email
     from member m join organization o on o.id = m.organization_id join user_account u on u.id = m.user_id
     where m.role = 'OWNER' and m.removed_at is null order by o.created_at, m.created_at`,
  );
  return owners.filter(
    (owner) =>
      (email === undefined || owner.email === email.toLowerCase()) &&
      (organization === undefined ||
        [owner.organization, toGlobalId("Organization", owner.organizationId)].includes(organization)),
  );
}

/**
 * Gives an owner who has lost the token another one. Whoever has found the lost one can do nothing with it any more;
 * tokens of the owner with a lower role, as scripts have them, go on.
 */
export async function resetOwnerToken(tx: EntityManager, { organizationId, userId }: Owner): Promise<string> {
  await lockOrganization(tx, organizationId);
  await stopAccess(tx, organizationId, userId);
  await tx.query("delete from api_token where (organization_id, user_id, role) = ($1, $2, 'OWNER')", [
    organizationId,
    userId,
  ]);
  return issueToken(tx, {
    ...{ organizationId, userId, createdById: userId },
    name: "Reset on the machine",
    role: Role.OWNER,
  });
}
