import type { EntityManager } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { issueToken } from "../api-token/issue-token.ts";
import { invitationSecret, readSecret } from "../api-token/secret.ts";
import { lockOrganization } from "../member/access.ts";
import { asWholeUser, includes, type Role } from "../member/role.ts";
import { Organization } from "../organization/organization.ts";
import { may } from "../permissions.ts";
import { rows } from "../rows.ts";
import { type Problems, readName, readUrl } from "../text.ts";
import { User } from "../user/user.ts";
import { Refusal, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import type { AcceptInvitationInput } from "./invitation.input.ts";

export interface Acceptance {
  /** Read before the commit: should a read after it fail, the secret would be lost. */
  organization: Organization;
  role: Role;
  /** The API token of the new member. */
  secret: string;
}

interface Offer {
  organizationId: string;
  email: string;
  role: Role;
  inviterRole: Role;
}

/**
 * Makes a new user a member, or the user whose API token came with the request. An address alone proves nothing, as
 * the inviter knows the secret too: it never leads to a user that exists.
 *
 * @throws Refusal
 */
export async function acceptInvitation(
  tx: EntityManager,
  viewer: Viewer | null,
  input: AcceptInvitationInput,
): Promise<Acceptance> {
  if (viewer) asWholeUser(viewer);
  const profile = viewer === null ? readProfile(input) : refuseProfile(input);
  const { organizationId, email, role } = await takeOffer(tx, input.secret);
  const user = profile
    ? await insertUser(tx, { ...profile, email })
    : await userWithEmail(tx, viewer?.userId ?? "", email);
  const joined: unknown[] = await tx.query(
    `insert into member (id, organization_id, user_id, email, role) values ($1, $2, $3, $4, $5)
     on conflict (organization_id, user_id) do update
     set role = excluded.role, created_at = clock_timestamp(), removed_at = null, removed_by_id = null
     where member.removed_at is not null returning id`,
    [uuidv7(), organizationId, user, email, role],
  );
  if (joined.length === 0)
    refuse(UserErrorCode.CONFLICT, ["input", "secret"], "The user of this API token is a member already.");
  const secret = await issueToken(tx, {
    ...{ organizationId, userId: user, createdById: user, role },
    name: "First token",
  });
  const [organization] = await rows(tx, Organization, "where r.id = $1", [organizationId]);
  if (!organization) throw new Error("An invitation belongs to an organization.");
  return { organization, role, secret };
}

/** Takes the invitation away: of two who accept it at once, one finds it gone. */
async function takeOffer(tx: EntityManager, secret: string): Promise<Offer> {
  const digest = readSecret(invitationSecret, secret.trim());
  const field = ["input", "secret"];
  if (!digest)
    refuse(UserErrorCode.INVALID, field, "Expected the secret of an invitation, `minv_…`, as a whole.");
  const gone = "There is no such invitation: it was accepted or revoked, or has expired.";
  const [found] = await tx.query("select organization_id from invitation where digest = $1", [digest]);
  if (!found) refuse(UserErrorCode.NOT_FOUND, field, gone);
  await lockOrganization(tx, found.organization_id); // from here on nobody loses a role
  const [[offer]]: [Offer[], number] = await tx.query(
    `delete from invitation i using member m
     where i.digest = $1 and i.expires_at > clock_timestamp()
       and (m.organization_id, m.user_id) = (i.organization_id, i.created_by_id) and m.removed_at is null
     returning i.organization_id as "organizationId", i.email, i.role, m.role as "inviterRole"`,
    [digest],
  );
  // Whoever could not make the offer today cannot stand by it either.
  if (offer && may(offer.inviterRole, "Mutation.inviteMember") && includes(offer.inviterRole, offer.role))
    return offer;
  refuse(UserErrorCode.NOT_FOUND, field, gone);
}

function readProfile(input: AcceptInvitationInput): Pick<User, "name" | "pictureUrl"> {
  const problems: Problems = [];
  const profile = {
    name: readName(input.name ?? "", ["input", "name"], problems),
    pictureUrl: readUrl(input.pictureUrl, ["input", "pictureUrl"], problems),
  };
  if (problems.length > 0) throw new Refusal(problems);
  return profile;
}

function refuseProfile(input: AcceptInvitationInput): null {
  for (const field of ["name", "pictureUrl"] as const) {
    const message =
      "Leave it out: the user of this API token becomes the member. Without a token, a new user does.";
    if (input[field] != null) refuse(UserErrorCode.INVALID, ["input", field], message);
  }
  return null;
}

async function insertUser(
  tx: EntityManager,
  user: Pick<User, "name" | "email" | "pictureUrl">,
): Promise<string> {
  const id = uuidv7();
  await tx.insert(User, { id, ...user });
  return id;
}

async function userWithEmail(tx: EntityManager, id: string, email: string): Promise<string> {
  const [user] = await tx.query("select from user_account where id = $1 and email = $2", [id, email]);
  if (user) return id;
  const message = "This invitation is for another e-mail address than that of the user of this API token.";
  refuse(UserErrorCode.CONFLICT, ["input", "secret"], message);
}
