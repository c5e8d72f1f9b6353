import type { EntityManager } from "typeorm";
import { rows } from "../rows.ts";
import { notFound, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { stopAccess } from "./access.ts";
import { Member } from "./member.ts";
import { mayManage } from "./role.ts";

/**
 * The member whose access is about to change, in a mutation that has the organization alone. Nothing of what the member
 * does is committed until it ends.
 *
 * @throws Refusal at `id` when there is none, or when it was removed before; FORBIDDEN when its role is above the viewer's
 */
export async function lockMember(tx: EntityManager, viewer: Viewer, uuid: string): Promise<Member> {
  const tail = "where r.id = $1 and r.organization_id = $2";
  const [member] = await rows(tx, Member, tail, [uuid, viewer.organizationId]);
  if (!member) notFound("member", ["id"]);
  if (member.removedAt) refuse(UserErrorCode.CONFLICT, ["id"], "This member was removed before.");
  mayManage(viewer.role, member.role);
  await stopAccess(tx, viewer.organizationId, member.userId);
  return member;
}
