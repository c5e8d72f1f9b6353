import { Field, Int, ObjectType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { onConstraint } from "../database-error.ts";
import { Dataset } from "../dataset/dataset.ts";
import { few, moments } from "../filter.ts";
import { Member } from "../member/member.ts";
import { DetectionType } from "../model-version/enums.ts";
import { Node, nodeById } from "../node/node.ts";
import { connectionType } from "../page/connection.ts";
import { type Listing, listing } from "../page/page.ts";
import { one } from "../read-ahead/look.ts";
import { DateTime, WebURL } from "../scalars.ts";
import { UserErrorCode } from "../user-error.ts";

@ObjectType({
  implements: Node,
  description: "A named state of a dataset: what it is labelled with, and where to see it.",
})
@Entity()
@Unique("dataset_version_of_organization", ["organizationId", "id"])
@Unique("dataset_version_name_taken", ["datasetId", "name"])
@Index("dataset_version_by_creation", ["organizationId", "createdAt", "id"])
@Index("dataset_version_by_update", ["organizationId", "updatedAt", "id"])
@Index("dataset_version_by_name", ["organizationId", "name", "id"])
@Index("dataset_version_by_type", ["organizationId", "type", "updatedAt", "id"])
@Index("dataset_version_name_search", { synchronize: false })
@Check("dataset_version_updated_after_creation", "updated_at >= created_at")
@Check("dataset_version_name_trimmed", "name = btrim(name) and name <> ''")
@Check(
  "dataset_version_type",
  "type in ('CLASSIFICATION', 'OBJECT_DETECTION', 'SEGMENTATION', 'POINT', 'LINE')",
)
@ForeignKey(() => Dataset, ["organizationId", "datasetId"], ["organizationId", "id"])
@ForeignKey(() => Member, ["organizationId", "createdById"], ["organizationId", "userId"])
export class DatasetVersion implements Node {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  organizationId!: string;

  @Column("uuid")
  datasetId!: string;

  @Field(() => String, { description: "Unique in its dataset." })
  @Column({ type: "text", collation: "C" })
  name!: string;

  @Field(() => DetectionType, {
    nullable: true,
    description: "What is annotated in its images; null when that is not known.",
  })
  @Column("text", { nullable: true })
  type!: DetectionType | null;

  @Field(() => WebURL, { nullable: true, description: "Where to see it." })
  @Column("text", { nullable: true })
  url!: string | null;

  /** Kept by a trigger on `dataset_label`. */
  @Field(() => Int, { description: "How many labels its label map has." })
  @Column("int", { default: 0 })
  labelCount!: number;

  @Field(() => Int, {
    description:
      "How often it, or its label map, was changed, so that an edit can tell whether it is out of date.",
  })
  @Column("int", { default: 1 })
  revision!: number;

  @Column("uuid")
  createdById!: string;

  @Field(() => DateTime, { description: "When the version was created." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;

  @Field(() => DateTime, { description: "When it, or its label map, was last changed." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  updatedAt!: Date;
}

export const datasetVersionById = nodeById(DatasetVersion);

/** The version of a dataset that something of its organization refers to; null when it is gone. */
export const datasetVersionOf = one<DatasetVersion, "datasetVersionId">({
  type: DatasetVersion,
  key: { datasetVersionId: "uuid" },
  where: ({ datasetVersionId }) => `r.id = ${datasetVersionId}`,
});

/** The version that has the name in the dataset. */
export const datasetVersionByName = one<DatasetVersion, "datasetId" | "name">({
  type: DatasetVersion,
  key: { datasetId: "uuid", name: "text" },
  where: ({ datasetId, name }) => `r.dataset_id = ${datasetId} and r.name = ${name}`,
});

export const DatasetVersionConnection = connectionType(DatasetVersion, "versions of datasets");

const declared: Omit<Listing<DatasetVersion>, "parent"> = {
  type: DatasetVersion,
  orders: {
    NAME: { property: "name", column: "name" },
    CREATED_AT: { property: "createdAt", column: "created_at" },
    UPDATED_AT: { property: "updatedAt", column: "updated_at" },
  },
  filters: {
    name: "r.name",
    type: few("r.type"),
    ...moments,
  },
};

export const datasetVersionsOfOrganization = listing({ ...declared, parent: "organization_id" });

export const versionsOfDataset = listing({ ...declared, parent: "dataset_id" });

onConstraint(
  "dataset_version_name_taken",
  UserErrorCode.TAKEN,
  ["input", "name"],
  "Another version of the dataset has this name already.",
);

onConstraint(
  "dataset_version_organization_id_dataset_id_fkey",
  UserErrorCode.CONFLICT,
  ["id"],
  "Expected a dataset without versions, got one that has some.",
);
