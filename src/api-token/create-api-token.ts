import type { EntityManager } from "typeorm";
import { apiError } from "../errors.ts";
import { once } from "../idempotency-key/idempotency-key.ts";
import { Member } from "../member/member.ts";
import { includes, mayManage } from "../member/role.ts";
import { uuidOf } from "../node/id.ts";
import { forOthers } from "../permissions.ts";
import { rows } from "../rows.ts";
import { type Problems, readName } from "../text.ts";
import { notFound, Refusal, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import type { CreateApiTokenInput } from "./api-token.input.ts";
import { issueToken } from "./issue-token.ts";

export interface CreateApiTokenRequest {
  /** The service user for whom the token acts; the viewer when there is none. */
  memberId: string | null;
  input: CreateApiTokenInput;
  idempotencyKey: string | null;
}

/**
 * A token never makes a stronger one: neither in what can be done with it, nor in how long it lasts.
 *
 * @returns the UUID of the new token, and its text when it is new. @throws Refusal; FORBIDDEN
 */
export async function createApiToken(
  tx: EntityManager,
  viewer: Viewer,
  { memberId, input, idempotencyKey: key }: CreateApiTokenRequest,
): Promise<{ uuid: string; secret: string | null }> {
  const { organizationId, userId: createdById } = viewer;
  const { role } = input;
  const problems: Problems = [];
  const name = readName(input.name, ["input", "name"], problems);
  const expiresAt = readExpiry(input.expiresAt ?? null, viewer, problems);
  if (problems.length > 0) throw new Refusal(problems);
  mayManage(viewer.role, role);
  const userId = memberId == null ? createdById : await userFor(tx, viewer, memberId, role);

  let secret: string | null = null;
  const request = { key, mutation: "createApiToken", input: [memberId, input] };
  const uuid = await once(tx, viewer, request, async (id) => {
    secret = await issueToken(tx, { id, organizationId, userId, createdById, name, role, expiresAt });
  });
  return { uuid, secret };
}

function readExpiry(expiresAt: Date | null, viewer: Viewer, problems: Problems): Date | null {
  const invalid = (message: string) =>
    problems.push({ code: UserErrorCode.INVALID, field: ["input", "expiresAt"], message });
  if (expiresAt !== null && expiresAt.getTime() <= Date.now()) invalid("Expected a moment in the future.");
  if (viewer.expiresAt !== null && (expiresAt === null || expiresAt > viewer.expiresAt)) {
    const last = viewer.expiresAt.toISOString();
    invalid(`Expected a moment up to ${last}, when the token that creates this one expires.`);
  }
  return expiresAt;
}

/** Nobody makes a token for another person: whoever knows it could act in that person's name. */
async function userFor(
  tx: EntityManager,
  viewer: Viewer,
  memberId: string,
  role: CreateApiTokenInput["role"],
): Promise<string> {
  const tail = "where r.id = $1 and r.organization_id = $2 and r.removed_at is null";
  const uuid = uuidOf("Member", memberId, ["memberId"]);
  const [member] = await rows(tx, Member, tail, [uuid, viewer.organizationId]);
  if (member?.userId === viewer.userId) return viewer.userId;
  if (!includes(viewer.role, forOthers))
    throw apiError(
      "FORBIDDEN",
      `A token for a service user needs the role ${forOthers}; this API token has ${viewer.role}.`,
    );
  if (!member) notFound("member", ["memberId"]);
  if (member.email !== null)
    refuse(
      UserErrorCode.CONFLICT,
      ["memberId"],
      "Expected a service user, got a person, who makes tokens of their own.",
    );
  if (!includes(member.role, role))
    refuse(
      UserErrorCode.INVALID,
      ["input", "role"],
      `Expected a role up to ${member.role}, which the member has, got ${role}.`,
    );
  return member.userId;
}
