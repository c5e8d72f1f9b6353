import type { EntityManager } from "typeorm";
import { apiError } from "../errors.ts";
import { includes, lower, type Role } from "../member/role.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { unknown } from "./authenticate.ts";

/**
 * Makes sure, inside the transaction of a mutation, that the viewer still has the access with which the request
 * began, and keeps it until the transaction ends: whoever revokes the token or removes the member waits for it.
 * Nothing that a member did is committed after its removal.
 *
 * @throws GraphQLError with the code UNAUTHENTICATED or FORBIDDEN
 */
export async function holdAccess(tx: EntityManager, viewer: Viewer): Promise<void> {
  const [row]: { tokenRole: Role; memberRole: Role }[] = await tx.query(
    `select t.role as "tokenRole", m.role as "memberRole"
     from api_token t join member m on (m.organization_id, m.user_id) = (t.organization_id, t.user_id)
     where t.id = $1 and m.removed_at is null
     for key share of t for share of m`,
    [viewer.tokenId],
  );
  if (!row) throw apiError("UNAUTHENTICATED", unknown);
  if (!includes(lower(row.tokenRole, row.memberRole), viewer.role))
    throw apiError("FORBIDDEN", "The role of this API token has just been lowered.");
}

/**
 * The same for a mutation that changes who may do what. They happen one at a time in an organization, so that two
 * owners who remove each other at the same moment do not wait for each other.
 */
export async function holdAccessAlone(tx: EntityManager, viewer: Viewer): Promise<void> {
  await tx.query("select from organization where id = $1 for no key update", [viewer.organizationId]);
  await holdAccess(tx, viewer);
}
