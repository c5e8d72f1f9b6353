import { Field, ObjectType, registerEnumType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { Member } from "../member/member.ts";
import { inLiveVersion, ModelVersion } from "../model-version/model-version.ts";
import { Node, nodeById } from "../node/node.ts";
import { connectionType } from "../page/connection.ts";
import { listing } from "../page/page.ts";
import { ByteSize, DateTime } from "../scalars.ts";

export enum SizeCategory {
  SMALL = "SMALL",
  LARGE = "LARGE",
}

/** Bytes up to which a file is small. */
export const smallFile = 5_000_000;

registerEnumType(SizeCategory, {
  name: "SizeCategory",
  description: "Whether a file is small enough to be fetched in passing.",
  valuesConfig: {
    SMALL: { description: `Up to ${smallFile / 1e6} MB.` },
    LARGE: { description: `Above ${smallFile / 1e6} MB.` },
  },
});

@ObjectType({
  implements: Node,
  description: "A named artifact of a version: weights, a checkpoint, a configuration.",
})
@Entity()
@Unique("model_file_name_taken", ["modelVersionId", "name"])
@Index("model_file_by_creation", ["modelVersionId", "createdAt", "id"])
@Check("model_file_size_known", "size >= 0")
@Check("model_file_sha256_whole", "length(sha256) = 32")
@ForeignKey(() => ModelVersion, ["organizationId", "modelVersionId"], ["organizationId", "id"], {
  onDelete: "CASCADE",
})
@ForeignKey(() => Member, ["organizationId", "createdById"], ["organizationId", "userId"])
export class ModelFile implements Node {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  organizationId!: string;

  @Column("uuid")
  modelVersionId!: string;

  @Field(() => String, {
    description: 'What the file is to the version, such as "weights"; unique in the version.',
  })
  @Column({ type: "text", collation: "C" })
  name!: string;

  @Field(() => String, { description: "What the file is called on a disk, such as `best.onnx`." })
  @Column("text")
  filename!: string;

  @Field(() => ByteSize, { description: "Its size in bytes." })
  @Column("bigint")
  size!: number;

  /** 32 bytes, computed by the registry itself. */
  @Column("bytea")
  sha256!: Buffer;

  @Column("uuid")
  createdById!: string;

  @Field(() => DateTime, { description: "When the file was added." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;
}

export const modelFileById = nodeById(ModelFile, `r.organization_id = $2 and ${inLiveVersion}`);

export const ModelFileConnection = connectionType(ModelFile, "files");

export const filesOf = listing({
  type: ModelFile,
  parent: "model_version_id",
  orders: {
    NAME: { property: "name", column: "name" },
    CREATED_AT: { property: "createdAt", column: "created_at" },
  },
  filters: { name: "r.name" },
});
