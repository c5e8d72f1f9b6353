import { Field, ObjectType } from "type-graphql";
import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Context } from "../context.ts";
import { Node, nodeById } from "../node/node.ts";
import { rows } from "../rows.ts";
import { DateTime } from "../scalars.ts";

@ObjectType({ implements: Node, description: "Owns models and everything below them, and has members." })
@Entity()
export class Organization implements Node {
  @PrimaryColumn("uuid")
  id!: string;

  @Field(() => String, { description: "The name of the organization." })
  @Column("text")
  name!: string;

  @Field(() => DateTime, { description: "When it was created." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;
}

export const organizationById = nodeById(Organization, "r.id = $2");

/** Also one that is not the viewer's: for who has just made it. */
export async function organizationByUuid({ db }: Context, uuid: string): Promise<Organization | null> {
  const [organization] = await rows(db, Organization, "where r.id = $1", [uuid]);
  return organization ?? null;
}
