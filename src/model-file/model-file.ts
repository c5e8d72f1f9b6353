import { ObjectType } from "type-graphql";
import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { Blob } from "../blob/blob.ts";
import { onConstraint } from "../database-error.ts";
import { File, fileById, nameTaken } from "../file/file.ts";
import { Member } from "../member/member.ts";
import { inLiveVersion, ModelVersion } from "../model-version/model-version.ts";
import { Node } from "../node/node.ts";
import { connectionType } from "../page/connection.ts";
import { listing } from "../page/page.ts";
import { one } from "../read-ahead/look.ts";
import { live, TrashEntry } from "../trash/trash-entry.ts";
import { UserErrorCode } from "../user-error.ts";

@ObjectType({
  implements: [Node, File],
  description: "A file of a version: weights, a checkpoint, a configuration.",
})
@Entity()
@Unique("model_file_of_organization", ["organizationId", "id"])
@Index("model_file_name_taken", ["modelVersionId", "name"], { unique: true, where: "trash_entry_id is null" })
@Index("model_file_by_creation", ["modelVersionId", "createdAt", "id"], { where: "trash_entry_id is null" })
@Index("model_file_in_trash", ["trashEntryId"], { where: "trash_entry_id is not null" })
@Index("model_file_of_blob", ["blobId"])
@ForeignKey(() => ModelVersion, ["organizationId", "modelVersionId"], ["organizationId", "id"], {
  onDelete: "CASCADE",
})
@ForeignKey(() => Blob, ["organizationId", "blobId"], ["organizationId", "id"])
@ForeignKey(() => Member, ["organizationId", "createdById"], ["organizationId", "userId"])
@ForeignKey(() => TrashEntry, ["organizationId", "trashEntryId"], ["organizationId", "id"])
export class ModelFile implements File {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  organizationId!: string;

  @Column("uuid")
  modelVersionId!: string;

  @Column({ type: "text", collation: "C" })
  name!: string;

  @Column("text")
  filename!: string;

  @Column("text", { nullable: true })
  contentType!: string | null;

  /** Its bytes, which it may share with other files. */
  @Column("uuid")
  blobId!: string;

  @Column("uuid")
  createdById!: string;

  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;

  /** By what it was deleted by itself; null while it is live. */
  @Column("uuid", { nullable: true })
  trashEntryId!: string | null;
}

/** The condition on a file `r` that a member of the organization `$2` finds it. */
export const visible = `r.organization_id = $2 and ${live} and ${inLiveVersion}`;

export const modelFileById = fileById(ModelFile, visible);

/** The file of each version that has a name. */
export const fileByName = one<ModelFile, "id", string>({
  type: ModelFile,
  key: { id: "uuid" },
  where: ({ id }, name, bind) => `r.model_version_id = ${id} and r.name = ${bind(name)} and ${live}`,
});

export const ModelFileConnection = connectionType(ModelFile, "files");

export const filesOf = listing({
  type: ModelFile,
  parent: "model_version_id",
  base: live,
  orders: {
    NAME: { property: "name", column: "name" },
    CREATED_AT: { property: "createdAt", column: "created_at" },
  },
  filters: { name: "r.name" },
});

onConstraint("model_file_name_taken", UserErrorCode.TAKEN, ["input", "name"], nameTaken);
