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
import { UserErrorCode } from "../user-error.ts";

@ObjectType({
  implements: Node,
  description: "Data that lives elsewhere, as the registry knows it: a name that groups its versions.",
})
@Entity()
@Unique("dataset_of_organization", ["organizationId", "id"])
@Unique("dataset_name_taken", ["organizationId", "name"])
@Index("dataset_by_creation", ["organizationId", "createdAt", "id"])
@Index("dataset_by_update", ["organizationId", "updatedAt", "id"])
@Index("dataset_name_search", { synchronize: false })
@Check("dataset_updated_after_creation", "updated_at >= created_at")
@Check("dataset_name_trimmed", "name = btrim(name) and name <> ''")
@ForeignKey(() => Member, ["organizationId", "createdById"], ["organizationId", "userId"])
export class Dataset implements Node {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  @ForeignKey(() => Organization)
  organizationId!: string;

  @Field(() => String, { description: "Unique among the datasets of the organization." })
  @Column({ type: "text", collation: "C" })
  name!: string;

  @Field(() => String, { nullable: true, description: "What the data is, and where it comes from." })
  @Column("text", { nullable: true })
  description!: string | null;

  @Field(() => Int, {
    description:
      "How often name and description were changed, so that an edit can tell whether it is out of date.",
  })
  @Column("int", { default: 1 })
  revision!: number;

  @Column("uuid")
  createdById!: string;

  @Field(() => DateTime, { description: "When the dataset was created." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;

  @Field(() => DateTime, { description: "When its name or description was last changed." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  updatedAt!: Date;
}

export const datasetById = nodeById(Dataset);

export const datasetOfVersion = one<Dataset, "datasetId">({
  type: Dataset,
  key: { datasetId: "uuid" },
  where: ({ datasetId }) => `r.id = ${datasetId}`,
});

export const datasetByName = one<Dataset, "name">({
  type: Dataset,
  key: { name: "text" },
  where: ({ name }) => `r.organization_id = $2 and r.name = ${name}`,
});

export const DatasetConnection = connectionType(Dataset, "datasets");

/** The datasets of an organization. */
export const datasetsOf = listing({
  type: Dataset,
  parent: "organization_id",
  orders: {
    NAME: { property: "name", column: "name" },
    CREATED_AT: { property: "createdAt", column: "created_at" },
    UPDATED_AT: { property: "updatedAt", column: "updated_at" },
  },
  filters: { name: "r.name", ...moments },
});

onConstraint(
  "dataset_name_taken",
  UserErrorCode.TAKEN,
  ["input", "name"],
  "Another dataset has this name already.",
);
