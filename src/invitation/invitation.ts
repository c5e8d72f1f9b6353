import { Field, ObjectType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { ApiToken } from "../api-token/api-token.ts";
import { onConstraint } from "../database-error.ts";
import { few } from "../filter.ts";
import { Member } from "../member/member.ts";
import { includes, Role } from "../member/role.ts";
import { Node, nodeById } from "../node/node.ts";
import { connectionType } from "../page/connection.ts";
import { listing } from "../page/page.ts";
import { seenBy } from "../permissions.ts";
import { DateTime } from "../scalars.ts";
import { UserErrorCode } from "../user-error.ts";

@ObjectType({
  implements: Node,
  description: "An offer to become a member. It is gone when it has been accepted or revoked.",
})
@Entity()
@Unique("invitation_digest_taken", ["digest"])
@Unique("invitation_email_taken", ["organizationId", "email"])
@Index("invitation_by_creation", ["organizationId", "createdAt", "id"])
@Index("invitation_by_token", ["apiTokenId"])
@Check("invitation_role", "role in ('VIEWER', 'EDITOR', 'ADMIN', 'OWNER')")
@Check("invitation_email_lower", "email = lower(email)")
@ForeignKey(() => Member, ["organizationId", "createdById"], ["organizationId", "userId"])
@ForeignKey(() => ApiToken, ["organizationId", "apiTokenId"], ["organizationId", "id"], {
  onDelete: "CASCADE",
})
export class Invitation implements Node {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  organizationId!: string;

  @Field(() => String, { description: "The e-mail address that it is for, in lower case." })
  @Column("text")
  email!: string;

  @Field(() => Role, { description: "What the new member may do." })
  @Column("text")
  role!: Role;

  /** SHA-256 of the secret that accepts it. */
  @Column("bytea")
  digest!: Buffer;

  @Column("uuid")
  createdById!: string;

  /** With which it was made: the offer falls with the token, which may have been in the wrong hands. */
  @Column("uuid")
  apiTokenId!: string;

  @Field(() => DateTime, { description: "When it was made." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;

  @Field(() => DateTime, { description: "From when on it cannot be accepted." })
  @Column({ type: "timestamptz", precision: 3 })
  expiresAt!: Date;
}

/** Only for those who may invite. */
export const invitationById = nodeById(Invitation, "r.organization_id = $2", ({ role }) =>
  includes(role, seenBy.Invitation),
);

export const InvitationConnection = connectionType(Invitation, "invitations");

/** The open invitations of an organization. */
export const invitationsOf = listing({
  type: Invitation,
  parent: "organization_id",
  orders: { CREATED_AT: { property: "createdAt", column: "created_at" } },
  filters: { email: "r.email", role: few("r.role"), expiresAt: "r.expires_at" },
});

onConstraint(
  "invitation_email_taken",
  UserErrorCode.TAKEN,
  ["input", "email"],
  "There is an invitation for this address already: revoke it to make another.",
);
