import { Entity, ForeignKey, PrimaryColumn } from "typeorm";
import { Experiment } from "../experiment/experiment.ts";
import { value } from "../read-ahead/look.ts";

/**
 * Bytes that the base of an experiment had when it began. By digest, which stays true when the base is edited or purged, and
 * when somebody uploads the same bytes again.
 */
@Entity()
export class ExperimentBaseFile {
  @PrimaryColumn("uuid")
  @ForeignKey(() => Experiment, { onDelete: "CASCADE" })
  experimentId!: string;

  @PrimaryColumn("bytea")
  sha256!: Buffer;
}

/** The condition on an artifact `r` whose blob is `b` that its bytes are those of a file of the base. */
export const inherited = `b.state = 'READY' and exists (
  select from experiment_base_file f where (f.experiment_id, f.sha256) = (r.experiment_id, b.sha256))`;

/** Whether the bytes of each artifact are still those of a file of the base. */
export const isInherited = value<boolean, "id">({
  key: { id: "uuid" },
  sql: ({ id }) =>
    `select exists (select from artifact r join blob b on b.id = r.blob_id where r.id = ${id} and ${inherited})`,
  missing: false,
});
