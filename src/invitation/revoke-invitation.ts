import type { EntityManager } from "typeorm";
import { mayManage } from "../member/role.ts";
import { rows } from "../rows.ts";
import { notFound } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { Invitation } from "./invitation.ts";

/** @throws Refusal; FORBIDDEN */
export async function revokeInvitation(tx: EntityManager, viewer: Viewer, uuid: string): Promise<void> {
  const tail = "where r.id = $1 and r.organization_id = $2 for update";
  const [invitation] = await rows(tx, Invitation, tail, [uuid, viewer.organizationId]);
  if (!invitation) notFound("invitation", ["id"]);
  mayManage(viewer.role, invitation.role);
  await tx.delete(Invitation, { id: uuid });
}
