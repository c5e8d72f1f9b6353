import { Field, ObjectType, registerEnumType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { onConstraint } from "../database-error.ts";
import type { Sealed } from "../keyring.ts";
import { Member } from "../member/member.ts";
import { Node, nodeById } from "../node/node.ts";
import { Organization } from "../organization/organization.ts";
import { DateTime } from "../scalars.ts";
import { UserErrorCode } from "../user-error.ts";

export enum StorageKind {
  LOCAL_DISK = "LOCAL_DISK",
  S3 = "S3",
}

registerEnumType(StorageKind, {
  name: "StorageKind",
  description: "What kind of storage it is.",
  valuesConfig: {
    LOCAL_DISK: { description: "A folder of the registry's own machine." },
    S3: { description: "A bucket of an object store that speaks the protocol of Amazon S3." },
  },
});

@ObjectType({ implements: Node, description: "Where the bytes of an organization's files live." })
@Entity()
@Unique("storage_connector_of_organization", ["organizationId", "id"])
@Unique("storage_connector_name_taken", ["organizationId", "name"])
@Index("storage_connector_one_default", ["organizationId"], { unique: true, where: "is_default" })
@Index("storage_connector_one_local_disk", ["organizationId"], {
  unique: true,
  where: "kind = 'LOCAL_DISK'",
})
@Check("storage_connector_kind", "kind in ('LOCAL_DISK', 'S3')")
@Check("storage_connector_whole", "(kind = 'S3') = (bucket is not null and region is not null)")
@Check("storage_connector_key_whole", "(access_key_id is null) = (secret_access_key is null)")
@ForeignKey(() => Member, ["organizationId", "createdById"], ["organizationId", "userId"])
export class StorageConnector implements Node {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  @ForeignKey(() => Organization)
  organizationId!: string;

  @Field(() => String, { description: "What people call it; unique in the organization." })
  @Column({ type: "text", collation: "C" })
  name!: string;

  @Field(() => StorageKind, { description: "What kind of storage it is." })
  @Column("text")
  kind!: StorageKind;

  @Field(() => Boolean, { description: "Whether new files go there. Exactly one is the default." })
  @Column("boolean", { default: false })
  isDefault!: boolean;

  /** Null for Amazon's own. */
  @Column("text", { nullable: true })
  endpoint!: string | null;

  @Column("text", { nullable: true })
  region!: string | null;

  @Column("text", { nullable: true })
  bucket!: string | null;

  /** What every key in the bucket begins with; null for nothing. */
  @Column("text", { nullable: true })
  prefix!: string | null;

  /** Whether the bucket stands in the path of a URL, and not in its host. */
  @Column("boolean", { default: false })
  pathStyle!: boolean;

  /** Null when the credentials come from the server's environment. */
  @Column("text", { nullable: true })
  accessKeyId!: string | null;

  @Column("jsonb", { nullable: true })
  secretAccessKey!: Sealed | null;

  /** Null for the one that every organization begins with. */
  @Column("uuid", { nullable: true })
  createdById!: string | null;

  @Field(() => DateTime, { description: "When it was added." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;
}

export const storageConnectorById = nodeById(StorageConnector);

onConstraint(
  "storage_connector_name_taken",
  UserErrorCode.TAKEN,
  ["input", "name"],
  "Another storage connector has this name already.",
);
