import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import type { Context } from "../context.ts";
import type { At } from "../read-ahead/draft.ts";
import { columnsOfJoined, type Place } from "../read-ahead/json.ts";
import { one } from "../read-ahead/look.ts";
import { StorageConnector } from "../storage-connector/storage-connector.ts";
import type { FileFormat } from "./file-format.ts";

/**
 * STAGED: bytes are arriving, or a crash has left some. VERIFYING: all have arrived in parts; the registry has not read them yet. READY:
 * the registry has read them, and they are what `sha256` says. CORRUPT: they are not. DOOMED: nothing refers to them, nothing
 * ever will, and they are being removed.
 */
export type BlobState = "STAGED" | "VERIFYING" | "READY" | "CORRUPT" | "DOOMED";

/**
 * Bytes in a storage, shared by all files that have them. Its id is the key in the storage: random, and no secret's hiding
 * place, since knowing it opens nothing. Of what is READY there is one for each digest and connector.
 *
 * What refers to a blob may only do so while it is not DOOMED, and a blob that something refers to is never doomed:
 * triggers see to both, under the blob's row lock. All that refers to blobs is in the view `blob_use`.
 */
@Entity()
@Unique("blob_of_organization", ["organizationId", "id"])
@Index("blob_digest_once", ["storageConnectorId", "sha256"], { unique: true, where: "state = 'READY'" })
@Index("blob_to_check", ["checkAt"], { where: "check_at is not null" })
@Index("blob_staged", ["touchedAt"], { where: "state = 'STAGED'" })
@Index("blob_doomed", ["id"], { where: "state = 'DOOMED'" })
@Check("blob_state", "state in ('STAGED', 'VERIFYING', 'READY', 'CORRUPT', 'DOOMED')")
@Check("blob_sha256_whole", "length(sha256) = 32")
@Check("blob_size_known", "size > 0")
@Check("blob_read", "state <> 'READY' or sha256 is not null and size is not null and format is not null")
@ForeignKey(() => StorageConnector, ["organizationId", "storageConnectorId"], ["organizationId", "id"])
export class Blob {
  @PrimaryColumn("uuid")
  id!: string;

  @Column("uuid")
  organizationId!: string;

  @Column("uuid")
  storageConnectorId!: string;

  @Column("text")
  state!: BlobState;

  /** In bytes; what was announced until it has been read, and null while a stream of unknown length arrives. */
  @Column("bigint", { nullable: true })
  size!: number | null;

  /** 32 bytes: the digest that the bytes have, or should have; only of a READY blob has the registry computed it itself. */
  @Column("bytea", { nullable: true })
  sha256!: Buffer | null;

  /** Null until the bytes have been read. */
  @Column("text", { nullable: true })
  format!: FileFormat | null;

  /** The storage's own id of the upload in parts by which the bytes came. */
  @Column("text", { nullable: true })
  partsId!: string | null;

  /** When the bytes are to be read and compared with the digest; null when nobody has asked for it. Also a lease: who reads moves it on. */
  @Column({ type: "timestamptz", precision: 3, nullable: true })
  checkAt!: Date | null;

  /** When the bytes were last read whole. */
  @Column({ type: "timestamptz", precision: 3, nullable: true })
  checkedAt!: Date | null;

  /** Moves while bytes arrive, so that a sweep can tell an upload under way from one that has died. */
  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  touchedAt!: Date;

  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;
}

/** The bytes of each file. */
export const blobOf = one<Blob, "blobId">({
  type: Blob,
  key: { blobId: "uuid" },
  where: ({ blobId }) => `r.id = ${blobId}`,
});

/** The columns of a file's blob, which is joined to it once. */
export function blobSql(file: Place): At {
  return columnsOfJoined(file, { relation: blobOf.relation, args: undefined });
}

/** The bytes of something that has some, which a foreign key sees to. */
export async function blobById(context: Context, blobId: string): Promise<Blob> {
  const blob = await blobOf(context, { blobId });
  if (!blob) throw new Error("A file without its blob.");
  return blob;
}
