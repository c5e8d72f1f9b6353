import { Check, Column, Entity, ForeignKey, PrimaryColumn } from "typeorm";
import { Organization } from "../organization/organization.ts";
import { User } from "../user/user.ts";
import type { Role } from "./role.ts";

/** A user's place in an organization. Kept when access ends, because authors are members. */
@Entity()
@Check("membership_role", "role in ('VIEWER', 'EDITOR', 'ADMIN', 'OWNER')")
export class Membership {
  @PrimaryColumn("uuid")
  @ForeignKey(() => Organization)
  organizationId!: string;

  @PrimaryColumn("uuid")
  @ForeignKey(() => User)
  userId!: string;

  @Column("text")
  role!: Role;

  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;
}
