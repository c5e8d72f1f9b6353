import type { EntityManager } from "typeorm";
import { invitationSecret, newSecret } from "../api-token/secret.ts";
import { once } from "../idempotency-key/idempotency-key.ts";
import { limits } from "../limits.ts";
import { mayManage } from "../member/role.ts";
import { type Problems, readEmail } from "../text.ts";
import { Refusal, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import type { InviteMemberInput } from "./invitation.input.ts";
import { Invitation } from "./invitation.ts";

/** @returns the UUID of the new invitation, and its secret when it is new. @throws Refusal; FORBIDDEN */
export async function inviteMember(
  tx: EntityManager,
  viewer: Viewer,
  input: InviteMemberInput,
  key: string | null,
): Promise<{ uuid: string; secret: string | null }> {
  const problems: Problems = [];
  const email = readEmail(input.email, ["input", "email"], problems);
  if (input.days < 1 || input.days > limits.invitationDaysAtMost) {
    const message = `Expected 1 to ${limits.invitationDaysAtMost} days, got ${input.days}.`;
    problems.push({ code: UserErrorCode.INVALID, field: ["input", "days"], message });
  }
  if (problems.length > 0) throw new Refusal(problems);
  mayManage(viewer.role, input.role);

  let secret: string | null = null;
  const uuid = await once(tx, viewer, { key, mutation: "inviteMember", input }, async (id) => {
    await makeRoom(tx, viewer, email);
    const { text, digest } = newSecret(invitationSecret);
    const { organizationId, userId: createdById, tokenId: apiTokenId } = viewer;
    await tx.insert(Invitation, {
      ...{ id, organizationId, email, role: input.role, digest, createdById, apiTokenId },
      expiresAt: expiry(viewer, input.days),
    });
    secret = text;
  });
  return { uuid, secret };
}

/** An offer does not outlive the token with which it is made. */
function expiry(viewer: Viewer, days: number): Date {
  const last = viewer.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return new Date(Math.min(Date.now() + days * 86_400_000, last));
}

/** Says early what an acceptance would run into, and forgets invitations that have expired. */
async function makeRoom(tx: EntityManager, { organizationId }: Viewer, email: string): Promise<void> {
  const [member] = await tx.query(
    "select from member where organization_id = $1 and email = $2 and removed_at is null",
    [organizationId, email],
  );
  if (member)
    refuse(
      UserErrorCode.TAKEN,
      ["input", "email"],
      "A member of the organization has this e-mail address already.",
    );
  await tx.query("delete from invitation where organization_id = $1 and expires_at <= now()", [
    organizationId,
  ]);
}
