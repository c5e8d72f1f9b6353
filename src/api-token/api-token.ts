import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from "typeorm";
import { Membership } from "../membership/membership.ts";

/** A secret that acts for a member. The registry knows the digest of the secret only. */
@Entity()
@Unique("api_token_lookup_taken", ["lookup"])
@ForeignKey(() => Membership, ["organizationId", "userId"], ["organizationId", "userId"])
export class ApiToken {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  organizationId!: string;

  @Column("uuid")
  userId!: string;

  @Column("text")
  name!: string;

  /** The part of the token that is not secret: finds the row. */
  @Column("text")
  lookup!: string;

  /** SHA-256 of the whole token. */
  @Column("bytea")
  digest!: Buffer;

  @Column({ type: "timestamptz", precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;
}
