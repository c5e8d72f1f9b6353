import { Field, Int, ObjectType } from "type-graphql";
import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { Member } from "../member/member.ts";
import { Model } from "../model/model.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { connectionType } from "../page/connection.ts";
import { listing } from "../page/page.ts";
import { one } from "../read-ahead/look.ts";
import { DateTime } from "../scalars.ts";
import { live } from "../trash/trash-entry.ts";
import { userAt } from "../user/user.ts";

@ObjectType({
  description:
    "The model and the number that a version had before it was transferred. It is still found by them.",
})
@Entity()
@Unique("previous_address_taken", ["modelId", "version"])
@Index("previous_address_by_move", ["modelVersionId", "movedAt", "id"])
@ForeignKey(() => Model, ["organizationId", "modelId"], ["organizationId", "id"])
@ForeignKey(() => ModelVersion, ["organizationId", "modelVersionId"], ["organizationId", "id"])
@ForeignKey(() => Member, ["organizationId", "movedById"], ["organizationId", "userId"])
export class PreviousAddress {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  organizationId!: string;

  @Column("uuid")
  modelId!: string;

  @Field(() => Int, { description: "The number that the version had there; no other version ever gets it." })
  @Column("int")
  version!: number;

  @Column("uuid")
  modelVersionId!: string;

  @Column("uuid")
  movedById!: string;

  @Field(() => DateTime, { description: "When the version was transferred away from there." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  movedAt!: Date;
}

export const modelOfAddress = one<Model, "modelId">({
  type: Model,
  key: { modelId: "uuid" },
  where: ({ modelId }) => `r.id = ${modelId} and ${live}`,
});

export const moverOf = userAt("movedById");

export const PreviousAddressConnection = connectionType(PreviousAddress, "previous addresses");

/** The previous addresses of a version. */
export const previousAddressesOf = listing({
  type: PreviousAddress,
  parent: "model_version_id",
  orders: { MOVED_AT: { property: "movedAt", column: "moved_at" } },
  filters: {},
});
