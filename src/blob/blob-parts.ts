import { Column, Entity, ForeignKey, PrimaryColumn } from "typeorm";
import type { StoredPart } from "../storage-connector/storage.ts";
import { Blob } from "./blob.ts";

/**
 * The parts that a blob's bytes are to be joined of: exactly those that the client has named, whatever arrives later. They
 * can be ten thousand, so they have a row of their own, until the bytes are READY.
 */
@Entity()
export class BlobParts {
  @PrimaryColumn("uuid")
  @ForeignKey(() => Blob, { onDelete: "CASCADE" })
  blobId!: string;

  @Column("jsonb")
  parts!: StoredPart[];
}
