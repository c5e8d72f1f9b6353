import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from "typeorm";
import { Blob } from "./blob.ts";

/**
 * Something has ceased to refer to a blob: a sweep looks whether anything else does. A queue of its own, written by triggers: a
 * purge that marked the blobs themselves would lock them, and of two purges each could wait for the other.
 */
@Entity()
@Index("blob_release_by_time", ["releasedAt"])
@Index("blob_release_of_blob", ["blobId"])
export class BlobRelease {
  @PrimaryGeneratedColumn("identity", { type: "bigint" })
  id!: number;

  @Column("uuid")
  @ForeignKey(() => Blob, { onDelete: "CASCADE" })
  blobId!: string;

  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  releasedAt!: Date;
}
