import type { EntityManager } from "typeorm";
import { type Context, viewerOf } from "../context.ts";
import { onErrorCode } from "../database-error.ts";
import { apiError } from "../errors.ts";
import { send } from "../transaction.ts";
import { rolesFrom } from "./role.ts";

/**
 * Makes sure, at the end of a mutation's transaction, that the viewer still has the access with which the request
 * began, and that nobody takes it away before the commit. So nothing that somebody did is committed once the removal
 * of the member, the revocation of the token or a lower role has been acknowledged; and those wait for commits only,
 * not for whatever long work a member has under way.
 *
 * The database refuses what is committed without access, as UNAUTHENTICATED or FORBIDDEN.
 */
export async function holdAccess(tx: EntityManager, context: Context): Promise<void> {
  const { organizationId, userId, tokenId, role } = viewerOf(context);
  await send(tx, "select require_access($1, $2, $3, $4)", [organizationId, userId, tokenId, rolesFrom(role)]);
}

onErrorCode("MR401", () =>
  apiError("UNAUTHENTICATED", "The API token has just been revoked; nothing was changed."),
);
onErrorCode("MR403", () =>
  apiError("FORBIDDEN", "The role of this API token has just been lowered; nothing was changed."),
);

/**
 * For a mutation that takes access away: it comes first, since it may be the viewer's own. Such mutations happen one at
 * a time in an organization, so that two owners who remove each other at the same moment do not wait for each other, and
 * the second one finds that it has no access any more.
 */
export async function holdAccessAlone(tx: EntityManager, context: Context): Promise<void> {
  await lockOrganization(tx, viewerOf(context).organizationId);
  await holdAccess(tx, context);
}

export async function lockOrganization(tx: EntityManager, organizationId: string): Promise<void> {
  await tx.query("select from organization where id = $1 for no key update", [organizationId]);
}

/**
 * Waits for the commits of what a member does, and holds up others, before its access is taken away. Only for who has
 * the lock of the organization.
 */
export async function stopAccess(tx: EntityManager, organizationId: string, userId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(access_lock($1, $2))", [organizationId, userId]);
}
