import type { EntityManager } from "typeorm";
import { may } from "../permissions.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { lockMember } from "./lock-member.ts";
import { Member } from "./member.ts";
import { includes, mayManage, Role } from "./role.ts";

/** @throws Refusal; FORBIDDEN */
export async function changeMemberRole(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  role: Role,
): Promise<void> {
  const member = await lockMember(tx, viewer, uuid);
  mayManage(viewer.role, role);
  refuseOwnerWithoutEmail(member, role, ["role"]);
  await tx.update(Member, { id: uuid }, { role });
  // What the member could not offer any more; from an inviter with too low a role, everything.
  const offered = may(role, "Mutation.inviteMember")
    ? Object.values(Role).filter((each) => includes(role, each))
    : [];
  await tx.query(
    "delete from invitation where (organization_id, created_by_id) = ($1, $2) and role <> all($3)",
    [member.organizationId, member.userId, offered],
  );
}

/** An owner is somebody who can be spoken to. @throws Refusal at `field` */
export function refuseOwnerWithoutEmail({ email }: Pick<Member, "email">, role: Role, field: string[]): void {
  if (role === Role.OWNER && email === null)
    refuse(
      UserErrorCode.INVALID,
      field,
      "Expected a role up to ADMIN, as a service user cannot be an owner.",
    );
}
