import { Field, Int, ObjectType } from "type-graphql";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { filesOfExperiments } from "../artifact/add-artifact.ts";
import { batch, groupBy } from "../batch.ts";
import { Blob } from "../blob/blob.ts";
import type { Context } from "../context.ts";
import { Experiment } from "../experiment/experiment.ts";
import { type File, fileTypeOf } from "../file/file.ts";
import type { FileOwner } from "../file/file-owner.ts";
import { Member } from "../member/member.ts";
import { filesOfVersions } from "../model-file/add-model-file.ts";
import { inLiveVersion, ModelVersion } from "../model-version/model-version.ts";
import { Node, nodeById } from "../node/node.ts";
import { rows } from "../rows.ts";
import { ByteSize, DateTime } from "../scalars.ts";

@ObjectType({
  implements: Node,
  description:
    "An upload in parts that has begun: parts can be sent in any order, again, and after a crash of either side.",
})
@Entity()
@Unique("pending_upload_of_blob", ["blobId"])
@Index("pending_upload_of_version", ["modelVersionId"])
@Index("pending_upload_of_experiment", ["experimentId"])
@Index("pending_upload_by_expiry", ["expiresAt"])
@Check("pending_upload_parts", "part_size > 0 and part_count between 1 and 10000")
@Check("pending_upload_whole", "(blob_id is null) = (file_id is not null)")
@Check("pending_upload_one_owner", "num_nonnulls(model_version_id, experiment_id) = 1")
@ForeignKey(() => ModelVersion, ["organizationId", "modelVersionId"], ["organizationId", "id"], {
  onDelete: "CASCADE",
})
@ForeignKey(() => Experiment, ["organizationId", "experimentId"], ["organizationId", "id"], {
  onDelete: "CASCADE",
})
@ForeignKey(() => Blob, ["organizationId", "blobId"], ["organizationId", "id"])
@ForeignKey(() => Member, ["organizationId", "createdById"], ["organizationId", "userId"])
export class PendingUpload implements Node {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  organizationId!: string;

  /** What gets the file: either a version or an experiment. */
  @Column("uuid", { nullable: true })
  modelVersionId!: string | null;

  @Column("uuid", { nullable: true })
  experimentId!: string | null;

  /** Where its parts are; null once it has become a file, which has the bytes then. */
  @Column("uuid", { nullable: true })
  blobId!: string | null;

  @Field(() => String, { description: "The name that the file will have." })
  @Column({ type: "text", collation: "C" })
  name!: string;

  @Field(() => String, { description: "What the file is called on a disk." })
  @Column("text")
  filename!: string;

  @Column("text", { nullable: true })
  contentType!: string | null;

  @Field(() => Boolean, { description: "Whether the file will take the place of one that has the name." })
  @Column("boolean")
  replace!: boolean;

  @Field(() => ByteSize, { description: "The size of the whole file in bytes, as it was announced." })
  @Column("bigint")
  size!: number;

  @Field(() => ByteSize, { description: "The bytes of each part; the last one has what is left." })
  @Column("bigint")
  partSize!: number;

  @Field(() => Int, { description: "How many parts there are, numbered from 1." })
  @Column("int")
  partCount!: number;

  @Column("uuid")
  createdById!: string;

  @Field(() => DateTime, { description: "When it began." })
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;

  @Field(() => DateTime, {
    description: "When it is given up, and its parts are removed, unless it is completed before.",
  })
  @Column({ type: "timestamptz", precision: 3 })
  expiresAt!: Date;

  /** The file that it has become; kept for who did not get the answer. */
  @Column("uuid", { nullable: true })
  fileId!: string | null;
}

/** The conditions on an upload `r` that its time is not over, and that it is still under way. */
const unexpired = "r.expires_at > clock_timestamp()";
export const pending = `r.file_id is null and ${unexpired}`;

/** The condition on an upload `r` that a member of the organization `$2` finds it. */
export const visible = `r.organization_id = $2 and ${unexpired} and (r.experiment_id is not null or ${inLiveVersion})`;

/** What gets the file, and how. */
export function ownerOf({ modelVersionId, experimentId }: PendingUpload): { owner: FileOwner; uuid: string } {
  return modelVersionId === null
    ? { owner: filesOfExperiments, uuid: String(experimentId) }
    : { owner: filesOfVersions, uuid: modelVersionId };
}

export const pendingUploadById = nodeById(PendingUpload, visible);

/** The file that an upload has become, as long as it is there. */
export async function fileOf(context: Context, upload: PendingUpload): Promise<File | null> {
  return upload.fileId === null
    ? null
    : fileTypeOf(ownerOf(upload).owner.fileType).byId(context, upload.fileId);
}

/** The uploads under way for each version or experiment, the first one first. */
export const pendingUploadsOf = batch<string, PendingUpload[]>(
  async ({ db }, ownerIds) => {
    const tail = `where (r.model_version_id = any($1) or r.experiment_id = any($1)) and ${pending} order by r.created_at, r.id`;
    const found = await rows(db, PendingUpload, tail, [ownerIds]);
    return groupBy(found, ({ modelVersionId, experimentId }) => String(modelVersionId ?? experimentId));
  },
  () => [],
);
