import type { EntityManager } from "typeorm";
import { stopAccess } from "../member/access.ts";
import { includes, lower, mayManage, type Role } from "../member/role.ts";
import { seenBy } from "../permissions.ts";
import { notFound } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";

/**
 * Ends a token. What its member does with it is not committed from then on.
 *
 * @throws Refusal; FORBIDDEN when more can be done with it than with the viewer's own
 */
export async function revokeApiToken(tx: EntityManager, viewer: Viewer, uuid: string): Promise<void> {
  const { organizationId } = viewer;
  const [token]: { userId: string; tokenRole: Role; memberRole: Role }[] = await tx.query(
    `select t.user_id as "userId", t.role as "tokenRole", m.role as "memberRole"
     from api_token t join member m on (m.organization_id, m.user_id) = (t.organization_id, t.user_id)
     where t.id = $1 and t.organization_id = $2`,
    [uuid, organizationId],
  );
  const seen = token && (token.userId === viewer.userId || includes(viewer.role, seenBy.ApiToken));
  if (!seen) notFound("API token", ["id"]);
  mayManage(viewer.role, lower(token.tokenRole, token.memberRole));
  await stopAccess(tx, organizationId, token.userId);
  await tx.query("delete from api_token where id = $1", [uuid]);
}
