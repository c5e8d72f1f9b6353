import { Field, ObjectType } from "type-graphql";
import { Check, Column, Entity, PrimaryColumn, Unique } from "typeorm";
import { Node, nodeById } from "../node/node.ts";
import { one } from "../read-ahead/look.ts";
import type { Key } from "../read-ahead/relation.ts";
import { DateTime, WebURL } from "../scalars.ts";

@ObjectType({ implements: Node, description: "A person, or a service user: a script that acts by itself." })
@Entity("user_account") // `user` is a reserved word of SQL
@Unique("user_with_email", ["id", "email"])
@Check("user_email_lower", "email = lower(email)")
export class User implements Node {
  @PrimaryColumn("uuid")
  id!: string;

  @Field(() => String, { description: "The name that is shown on cards." })
  @Column("text")
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: "The e-mail address, in lower case; null for a service user.",
  })
  @Column("text", { nullable: true })
  email!: string | null;

  @Field(() => WebURL, { nullable: true, description: "The picture that is shown on cards." })
  @Column("text", { nullable: true })
  pictureUrl!: string | null;

  @Field(() => DateTime, { description: "When the user was created." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;
}

/** Who created something: a member of its organization when that was, which a foreign key sees to. */
export const authorOf = userAt("createdById");

/** Users are seen by those who share an organization with them, also after they have left it. */
export const userById = nodeById(
  User,
  "exists (select from member m where m.user_id = r.id and m.organization_id = $2)",
);

/** Declares the user to whom a column refers, by a foreign key to a member of the row's own organization. */
export function userAt<Property extends string>(property: Property) {
  return one<User, Property>({
    type: User,
    key: { [property]: "uuid" } as Key<Property>,
    where: (key) => `r.id = ${key[property]}`,
  });
}
