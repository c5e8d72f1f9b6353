import type { EntityManager } from "typeorm";
import { rows } from "../rows.ts";
import { notFound, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { stopAccess } from "./access.ts";
import { Member } from "./member.ts";
import { mayManage } from "./role.ts";

/**
 * A member, for a mutation that has the organization alone.
 *
 * @throws Refusal at `id` when there is none, or when it was removed before; FORBIDDEN when its role is above the viewer's
 */
export async function findMember(tx: EntityManager, viewer: Viewer, uuid: string): Promise<Member> {
  const tail = "where r.id = $1 and r.organization_id = $2";
  const [member] = await rows(tx, Member, tail, [uuid, viewer.organizationId]);
  if (!member) notFound("member", ["id"]);
  if (member.removedAt) refuse(UserErrorCode.CONFLICT, ["id"], "This member was removed before.");
  mayManage(viewer.role, member.role);
  return member;
}

/** The same, when its access is about to change: nothing of what the member does is committed until the transaction ends. */
export async function lockMember(tx: EntityManager, viewer: Viewer, uuid: string): Promise<Member> {
  const member = await findMember(tx, viewer, uuid);
  await stopAccess(tx, viewer.organizationId, member.userId);
  return member;
}
