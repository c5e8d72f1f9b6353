import { Field, ObjectType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { Member } from "../member/member.ts";
import { Role } from "../member/role.ts";
import { Node } from "../node/node.ts";
import { DateTime } from "../scalars.ts";

@ObjectType({
  implements: Node,
  description:
    "A secret that acts for a member. The registry keeps a digest of it, and cannot show it again.",
})
@Entity()
@Unique("api_token_digest_taken", ["digest"])
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
