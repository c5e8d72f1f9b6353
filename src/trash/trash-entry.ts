import { Field, ObjectType, registerEnumType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { batch } from "../batch.ts";
import { viewerOf } from "../context.ts";
import { Member } from "../member/member.ts";
import { Organization } from "../organization/organization.ts";
import { connectionType } from "../page/connection.ts";
import { listing } from "../page/page.ts";
import { rows } from "../rows.ts";
import { DateTime } from "../scalars.ts";

/** The condition on a model or version `r` that it is neither in the trash nor purged. */
export const live = "r.trash_entry_id is null";

export enum TrashKind {
  MODEL = "MODEL",
  MODEL_VERSION = "MODEL_VERSION",
}

registerEnumType(TrashKind, {
  name: "TrashKind",
  description: "What was deleted.",
  valuesConfig: {
    MODEL: { description: "A model, and the versions that it had then." },
    MODEL_VERSION: { description: "A version by itself." },
  },
});

/** The GraphQL type of what was deleted. */
export const typeOfKind = { [TrashKind.MODEL]: "Model", [TrashKind.MODEL_VERSION]: "ModelVersion" };

/**
 * One deletion. What was deleted by it refers to it: restoring brings back exactly that. When it has been purged, this
 * stays, and says by whom.
 */
@ObjectType({ description: "Something that was deleted, and can be restored until it is purged." })
@Entity()
@Unique("trash_entry_of_organization", ["organizationId", "id"])
@Index("trash_entry_by_deletion", ["organizationId", "deletedAt", "id"], { where: "purged_at is null" })
@Index("trash_entry_by_expiry", ["purgeAt"], { where: "purged_at is null" })
@Check("trash_entry_kind", "kind in ('MODEL', 'MODEL_VERSION')")
@ForeignKey(() => Member, ["organizationId", "deletedById"], ["organizationId", "userId"])
@ForeignKey(() => Member, ["organizationId", "purgedById"], ["organizationId", "userId"])
export class TrashEntry {
  /** That of the model or version that was deleted. */
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  @ForeignKey(() => Organization)
  organizationId!: string;

  @Field(() => TrashKind, { description: "What was deleted." })
  @Column("text")
  kind!: TrashKind;

  @Field(() => String, { description: "Its name." })
  @Column({ type: "text", collation: "C" })
  name!: string;

  @Column("uuid")
  deletedById!: string;

  @Field(() => DateTime, { description: "When it was deleted." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  deletedAt!: Date;

  /** A promise: it does not change when the configuration does. */
  @Field(() => DateTime, { description: "Until when it can be restored; soon after that it is purged." })
  @Column({ type: "timestamptz", precision: 3 })
  purgeAt!: Date;

  @Column({ type: "timestamptz", precision: 3, nullable: true })
  purgedAt!: Date | null;

  /** Null also when its time was over, and nobody had to do it. */
  @Column("uuid", { nullable: true })
  purgedById!: string | null;
}

/** What is in the trash under the UUID of the model or version that was deleted. */
export const trashEntryById = batch<string, TrashEntry | null>(
  async (context, ids) => {
    const tail = "where r.id = any($1) and r.organization_id = $2 and r.purged_at is null";
    const found = await rows(context.db, TrashEntry, tail, [ids, viewerOf(context).organizationId]);
    return new Map(found.map((entry) => [entry.id, entry]));
  },
  () => null,
);

export const TrashEntryConnection = connectionType(TrashEntry, "entries of the trash");

/** The trash of an organization. */
export const trashOf = listing({
  type: TrashEntry,
  parent: "organization_id",
  base: "r.purged_at is null",
  orders: { DELETED_AT: { property: "deletedAt", column: "deleted_at" } },
  filters: {
    kind: "r.kind",
    name: "r.name",
    deletedBy: { column: "r.deleted_by_id", idOf: "User" },
    deletedAt: "r.deleted_at",
  },
});
