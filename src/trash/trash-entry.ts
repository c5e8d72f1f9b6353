import { Field, ObjectType, registerEnumType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { few } from "../filter.ts";
import { Member } from "../member/member.ts";
import { parseGlobalId } from "../node/id.ts";
import { Node, nodeById } from "../node/node.ts";
import { Organization } from "../organization/organization.ts";
import { connectionType } from "../page/connection.ts";
import { listing } from "../page/page.ts";
import { DateTime } from "../scalars.ts";
import { userAt } from "../user/user.ts";
import { refuse, UserErrorCode } from "../user-error.ts";

/** The condition on a model, version or file `r` that it is neither in the trash nor purged. */
export const live = "r.trash_entry_id is null";

export enum TrashKind {
  MODEL = "MODEL",
  MODEL_VERSION = "MODEL_VERSION",
  MODEL_FILE = "MODEL_FILE",
}

registerEnumType(TrashKind, {
  name: "TrashKind",
  description: "What was deleted.",
  valuesConfig: {
    MODEL: { description: "A model, and the versions that it had then." },
    MODEL_VERSION: { description: "A version by itself." },
    MODEL_FILE: { description: "A file by itself." },
  },
});

/** The GraphQL type of what was deleted. */
export const typeOfKind = {
  [TrashKind.MODEL]: "Model",
  [TrashKind.MODEL_VERSION]: "ModelVersion",
  [TrashKind.MODEL_FILE]: "ModelFile",
};

/**
 * One deletion. What was deleted by it refers to it: restoring brings back exactly that. When it has been purged, this
 * stays, and says by whom.
 */
@ObjectType({
  implements: Node,
  description: "Something that was deleted, and can be restored until it is purged.",
})
@Entity()
@Unique("trash_entry_of_organization", ["organizationId", "id"])
@Index("trash_entry_by_deletion", ["organizationId", "deletedAt", "id"], { where: "purged_at is null" })
@Index("trash_entry_by_kind", ["organizationId", "kind", "deletedAt", "id"], { where: "purged_at is null" })
@Index("trash_entry_by_name", ["organizationId", "name"], { where: "purged_at is null" })
@Index("trash_entry_by_author", ["organizationId", "deletedById", "deletedAt", "id"], {
  where: "purged_at is null",
})
@Index("trash_entry_name_search", { synchronize: false })
@Index("trash_entry_by_expiry", ["purgeAt"], { where: "purged_at is null" })
@Index("trash_entry_of_version", ["modelVersionId"], {
  where: "model_version_id is not null and purged_at is null",
})
@Check("trash_entry_kind", "kind in ('MODEL', 'MODEL_VERSION', 'MODEL_FILE')")
@Check("trash_entry_place", "(kind = 'MODEL_FILE') = (model_version_id is not null)")
@ForeignKey("ModelVersion", ["organizationId", "modelVersionId"], ["organizationId", "id"]) // by name: it imports this file
@ForeignKey(() => Member, ["organizationId", "deletedById"], ["organizationId", "userId"])
@ForeignKey(() => Member, ["organizationId", "purgedById"], ["organizationId", "userId"])
export class TrashEntry implements Node {
  /** That of the model, version or file that was deleted. */
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

  /** Of a file: the version that it was in. A purged file has no row any more that could say so. */
  @Column("uuid", { nullable: true })
  modelVersionId!: string | null;

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

export const deleterOf = userAt("deletedById");

/** What is in the trash under the UUID of what was deleted. */
export const trashEntryById = nodeById(TrashEntry, "r.organization_id = $2 and r.purged_at is null");

export const TrashEntryConnection = connectionType(TrashEntry, "entries of the trash");

/** The trash of an organization. */
export const trashOf = listing({
  type: TrashEntry,
  parent: "organization_id",
  base: "r.purged_at is null",
  orders: { DELETED_AT: { property: "deletedAt", column: "deleted_at" } },
  filters: {
    kind: few("r.kind"),
    name: "r.name",
    deletedBy: { column: "r.deleted_by_id", idOf: "User" },
    deletedAt: "r.deleted_at",
  },
});

/** The id of something that may have been deleted. @throws Refusal at `field` when it is that of something else */
export function readObjectId(id: string, field: string[]): { type: string; uuid: string } {
  const parsed = parseGlobalId(id);
  if (parsed && Object.values(typeOfKind).includes(parsed.type)) return parsed;
  const message = `Expected the id of a Model, ModelVersion or ModelFile, got "${id.slice(0, 80)}".`;
  refuse(UserErrorCode.INVALID, field, message);
}
