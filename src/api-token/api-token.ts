import { Field, ObjectType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { few } from "../filter.ts";
import { Member } from "../member/member.ts";
import { includes, Role } from "../member/role.ts";
import { Node, nodeById } from "../node/node.ts";
import { connectionType } from "../page/connection.ts";
import { listing } from "../page/page.ts";
import { seenBy } from "../permissions.ts";
import { DateTime } from "../scalars.ts";

@ObjectType({
  implements: Node,
  description:
    "A secret that acts for a member. The registry keeps a digest of it, and cannot show it again.",
})
@Entity()
@Unique("api_token_digest_taken", ["digest"])
@Unique("api_token_of_organization", ["organizationId", "id"])
@Index("api_token_by_creation", ["organizationId", "createdAt", "id"])
@Index("api_token_of_user", ["organizationId", "userId", "createdAt", "id"])
@Check("api_token_role", "role in ('VIEWER', 'EDITOR', 'ADMIN', 'OWNER')")
@ForeignKey(() => Member, ["organizationId", "userId"], ["organizationId", "userId"])
@ForeignKey(() => Member, ["organizationId", "createdById"], ["organizationId", "userId"])
export class ApiToken implements Node {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  organizationId!: string;

  @Column("uuid")
  userId!: string;

  @Field(() => String, { description: "What the token is for, as its creator said." })
  @Column("text")
  name!: string;

  @Field(() => Role, {
    description: "What can be done with it at most; less when its member has a lower role by now.",
  })
  @Column("text")
  role!: Role;

  @Field(() => String, {
    description: "How the token begins: tells which one it is, and is of no use without the rest.",
  })
  @Column("text")
  prefix!: string;

  /** SHA-256 of the whole token. */
  @Column("bytea")
  digest!: Buffer;

  @Field(() => DateTime, { nullable: true, description: "From when on it is refused; null: never." })
  @Column({ type: "timestamptz", precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "When it was last used, to the minute; null: never.",
  })
  @Column({ type: "timestamptz", precision: 3, nullable: true })
  lastUsedAt!: Date | null;

  @Column("uuid")
  createdById!: string;

  @Field(() => DateTime, { description: "When it was created." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;
}

/** Everybody sees the own tokens; those of others are for those who manage them. */
export const apiTokenById = nodeById(
  ApiToken,
  "r.organization_id = $2",
  ({ userId, role }, token) => token.userId === userId || includes(role, seenBy.ApiToken),
);

export const ApiTokenConnection = connectionType(ApiToken, "API tokens");

/** The API tokens of an organization. */
export const apiTokensOf = listing({
  type: ApiToken,
  parent: "organization_id",
  orders: { CREATED_AT: { property: "createdAt", column: "created_at" } },
  filters: {
    name: "r.name",
    role: few("r.role"),
    expiresAt: "r.expires_at",
    lastUsedAt: "r.last_used_at",
    user: { column: "r.user_id", idOf: "User" },
    createdBy: { column: "r.created_by_id", idOf: "User" },
  },
});
