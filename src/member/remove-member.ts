import type { EntityManager } from "typeorm";
import { forOthers } from "../permissions.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { lockMember } from "./lock-member.ts";
import { mayManage } from "./role.ts";

/**
 * Ends the access of a member, with its tokens and the invitations that it has made: one of them could lead back in.
 *
 * @param revokeCreatedTokens also ends the tokens that it has made for service users, whose secrets it may know
 * @throws Refusal; FORBIDDEN
 */
export async function removeMember(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  revokeCreatedTokens: boolean,
): Promise<void> {
  const { organizationId, userId } = await lockMember(tx, viewer, uuid);
  if (userId !== viewer.userId) mayManage(viewer.role, forOthers);
  await tx.query("update member set removed_at = clock_timestamp(), removed_by_id = $2 where id = $1", [
    uuid,
    viewer.userId,
  ]);
  const member = [organizationId, userId];
  await tx.query("delete from api_token where (organization_id, user_id) = ($1, $2)", member);
  await tx.query("delete from invitation where (organization_id, created_by_id) = ($1, $2)", member);
  if (revokeCreatedTokens)
    await tx.query("delete from api_token where (organization_id, created_by_id) = ($1, $2)", member);
}
