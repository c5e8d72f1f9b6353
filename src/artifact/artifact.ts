import { ObjectType } from "type-graphql";
import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { Blob } from "../blob/blob.ts";
import { onConstraint } from "../database-error.ts";
import { Experiment } from "../experiment/experiment.ts";
import { File, fileById, nameTaken } from "../file/file.ts";
import { Member } from "../member/member.ts";
import { Node } from "../node/node.ts";
import { connectionType } from "../page/connection.ts";
import { listing } from "../page/page.ts";
import { one } from "../read-ahead/look.ts";
import { UserErrorCode } from "../user-error.ts";

@ObjectType({
  implements: [Node, File],
  description:
    "A file of an experiment: what it began with, and what the training came to. An export makes it a file of the version.",
})
@Entity()
@Unique("artifact_name_taken", ["experimentId", "name"])
@Index("artifact_by_creation", ["experimentId", "createdAt", "id"])
@Index("artifact_of_blob", ["blobId"])
@ForeignKey(() => Experiment, ["organizationId", "experimentId"], ["organizationId", "id"], {
  onDelete: "CASCADE",
})
@ForeignKey(() => Blob, ["organizationId", "blobId"], ["organizationId", "id"])
@ForeignKey(() => Member, ["organizationId", "createdById"], ["organizationId", "userId"])
export class Artifact implements File {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  organizationId!: string;

  @Column("uuid")
  experimentId!: string;

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
}

/** The condition on an artifact `r` that a member of the organization `$2` finds it. */
export const visible = "r.organization_id = $2";

export const artifactById = fileById(Artifact, visible);

/** The artifact of each experiment that has a name. */
export const artifactByName = one<Artifact, "id", string>({
  type: Artifact,
  key: { id: "uuid" },
  where: ({ id }, name, bind) => `r.experiment_id = ${id} and r.name = ${bind(name)}`,
});

export const ArtifactConnection = connectionType(Artifact, "artifacts");

export const artifactsOf = listing({
  type: Artifact,
  parent: "experiment_id",
  orders: {
    NAME: { property: "name", column: "name" },
    CREATED_AT: { property: "createdAt", column: "created_at" },
  },
  filters: { name: "r.name" },
});

onConstraint("artifact_name_taken", UserErrorCode.TAKEN, ["input", "name"], nameTaken);
