import { Field, ObjectType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { onConstraint } from "../database-error.ts";
import { few } from "../filter.ts";
import { Node, nodeById } from "../node/node.ts";
import { Organization } from "../organization/organization.ts";
import { connectionType } from "../page/connection.ts";
import { listing } from "../page/page.ts";
import { one } from "../read-ahead/look.ts";
import { DateTime } from "../scalars.ts";
import { User, userAt } from "../user/user.ts";
import { UserErrorCode } from "../user-error.ts";
import { Role } from "./role.ts";

@ObjectType({
  implements: Node,
  description:
    "A user's place in the organization. It stays when the member is removed, because authors are members.",
})
@Entity()
@Unique("member_id_taken", ["id"])
@Index("member_email_taken", ["organizationId", "email"], { unique: true, where: "removed_at is null" })
@Index("member_by_creation", ["organizationId", "createdAt", "id"])
@Check("member_role", "role in ('VIEWER', 'EDITOR', 'ADMIN', 'OWNER')")
@Check("member_owner_is_person", "role <> 'OWNER' or email is not null")
@ForeignKey(() => User, ["userId", "email"], ["id", "email"])
@ForeignKey(() => Member, ["organizationId", "removedById"], ["organizationId", "userId"])
export class Member implements Node {
  @Column("uuid")
  id!: string;

  @PrimaryColumn("uuid")
  @ForeignKey(() => Organization)
  organizationId!: string;

  @PrimaryColumn("uuid")
  @ForeignKey(() => User)
  userId!: string;

  @Field(() => Role, { description: "What the member may do, or might do until it was removed." })
  @Column("text")
  role!: Role;

  /** The user's own: here it makes an address belong to one member of an organization at a time. */
  @Column("text", { nullable: true })
  email!: string | null;

  @Field(() => DateTime, { description: "When the user became a member." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;

  @Field(() => DateTime, {
    nullable: true,
    description: "When the member was removed; null while it is one.",
  })
  @Column({ type: "timestamptz", precision: 3, nullable: true })
  removedAt!: Date | null;

  @Column("uuid", { nullable: true })
  removedById!: string | null;
}

export const memberById = nodeById(Member);

/** The place of a user in the viewer's organization. */
export const memberOfUser = one<Member, "id">({
  type: Member,
  key: { id: "uuid" },
  where: ({ id }) => `r.organization_id = $2 and r.user_id = ${id}`,
});

export const userOfMember = userAt("userId");

export const removerOf = userAt("removedById");

export const MemberConnection = connectionType(Member, "members");

/** The members of an organization. */
export const membersOf = listing({
  type: Member,
  parent: "organization_id",
  orders: { CREATED_AT: { property: "createdAt", column: "created_at" } },
  filters: {
    name: "(select u.name from user_account u where u.id = r.user_id)",
    role: few("r.role"),
    email: "r.email",
    service: few("(r.email is null)"),
    active: few("(r.removed_at is null)"),
  },
});

onConstraint(
  "member_email_taken",
  UserErrorCode.TAKEN,
  null,
  "A member of the organization has this e-mail address already.",
);
onConstraint(
  "organization_keeps_an_owner",
  UserErrorCode.CONFLICT,
  ["id"],
  "An organization keeps at least one owner: make somebody else an owner first.",
);
