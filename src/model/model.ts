import { Field, Int, ObjectType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { onConstraint } from "../database-error.ts";
import { moments } from "../filter.ts";
import { Member } from "../member/member.ts";
import { Node, nodeById } from "../node/node.ts";
import { Organization } from "../organization/organization.ts";
import { connectionType } from "../page/connection.ts";
import { listing } from "../page/page.ts";
import { one } from "../read-ahead/look.ts";
import { DateTime } from "../scalars.ts";
import { live, TrashEntry } from "../trash/trash-entry.ts";
import { UserErrorCode } from "../user-error.ts";

@ObjectType({
  implements: Node,
  description: 'A named line of work, such as "PPE Detection", that groups versions.',
})
@Entity()
@Unique("model_of_organization", ["organizationId", "id"])
@Index("model_name_taken", ["organizationId", "name"], { unique: true, where: "trash_entry_id is null" })
@Index("model_in_trash", ["trashEntryId"], { where: "trash_entry_id is not null" })
@Index("model_by_creation", ["organizationId", "createdAt", "id"], { where: "trash_entry_id is null" })
@Index("model_by_update", ["organizationId", "updatedAt", "id"], { where: "trash_entry_id is null" })
@Index("model_by_author", ["organizationId", "createdById", "updatedAt", "id"], {
  where: "trash_entry_id is null",
})
@Index("model_name_search", { synchronize: false })
@Check("model_updated_after_creation", "updated_at >= created_at")
@Check("model_name_trimmed", "name = btrim(name) and name <> ''")
@ForeignKey(() => Member, ["organizationId", "createdById"], ["organizationId", "userId"])
@ForeignKey(() => TrashEntry, ["organizationId", "trashEntryId"], ["organizationId", "id"])
export class Model implements Node {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  @ForeignKey(() => Organization)
  organizationId!: string;

  @Field(() => String, { description: "Unique among the live models of the organization." })
  @Column({ type: "text", collation: "C" })
  name!: string;

  @Field(() => String, { nullable: true, description: "What the model is for." })
  @Column("text", { nullable: true })
  description!: string | null;

  /** The number of the newest version; the next one gets this plus one. Never goes back. */
  @Column("int", { default: 0 })
  lastVersion!: number;

  @Field(() => Int, {
    description:
      "How often name and description were changed, so that an edit can tell whether it is out of date.",
  })
  @Column("int", { default: 1 })
  revision!: number;

  @Column("uuid")
  createdById!: string;

  @Field(() => DateTime, { description: "When the model was created." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;

  @Field(() => DateTime, {
    description: "When the model, or the list of its versions, was last changed, or when it was restored.",
  })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  updatedAt!: Date;

  /** By what it was deleted; null while it is live. Purged, it keeps its name and this. */
  @Column("uuid", { nullable: true })
  trashEntryId!: string | null;
}

export const modelById = nodeById(Model, `r.organization_id = $2 and ${live}`);

/** The model of a version that was live when it was read; somebody may have deleted both since. */
export const modelOfVersion = one<Model, "modelId">({
  type: Model,
  key: { modelId: "uuid" },
  where: ({ modelId }) => `r.id = ${modelId}`,
});

export const modelByName = one<Model, "name">({
  type: Model,
  key: { name: "text" },
  where: ({ name }) => `r.organization_id = $2 and r.name = ${name} and ${live}`,
});

export const ModelConnection = connectionType(Model, "models");

/** The models of an organization. */
export const modelsOf = listing({
  type: Model,
  parent: "organization_id",
  base: live,
  orders: {
    NAME: { property: "name", column: "name" },
    CREATED_AT: { property: "createdAt", column: "created_at" },
    UPDATED_AT: { property: "updatedAt", column: "updated_at" },
  },
  filters: {
    name: "r.name",
    createdBy: { column: "r.created_by_id", idOf: "User" },
    ...moments,
  },
});

onConstraint(
  "model_name_taken",
  UserErrorCode.TAKEN,
  ["input", "name"],
  "Another model has this name already.",
);
