import { registerEnumType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, PrimaryColumn } from "typeorm";
import { Organization } from "../organization/organization.ts";
import { User } from "../user/user.ts";

/** From the least to the most that a member may do: each role includes those before it. */
export enum Role {
  VIEWER = "VIEWER",
  EDITOR = "EDITOR",
  ADMIN = "ADMIN",
  OWNER = "OWNER",
}

registerEnumType(Role, {
  name: "Role",
  description: "What a member may do; each role includes those before it.",
  valuesConfig: {
    VIEWER: { description: "Reads." },
    EDITOR: { description: "Creates and edits." },
    ADMIN: { description: "Also manages members and tokens." },
    OWNER: { description: "Also manages owners and the organization." },
  },
});

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
