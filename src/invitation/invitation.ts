import { Field, ObjectType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { Member } from "../member/member.ts";
import { Role } from "../member/role.ts";
import { Node } from "../node/node.ts";
import { DateTime } from "../scalars.ts";

@ObjectType({
  implements: Node,
  description: "An offer to become a member. It is gone when it has been accepted or revoked.",
})
@Entity()
@Unique("invitation_digest_taken", ["digest"])
@Unique("invitation_email_taken", ["organizationId", "email"])
@Index("invitation_by_creation", ["organizationId", "createdAt", "id"])
@Check("invitation_role", "role in ('VIEWER', 'EDITOR', 'ADMIN', 'OWNER')")
@Check("invitation_email_lower", "email = lower(email)")
@ForeignKey(() => Member, ["organizationId", "createdById"], ["organizationId", "userId"])
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

  @Field(() => DateTime, { description: "When it was made." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;

  @Field(() => DateTime, { description: "From when on it cannot be accepted." })
  @Column({ type: "timestamptz", precision: 3 })
  expiresAt!: Date;
}
