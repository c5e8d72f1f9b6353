import { Entity, ForeignKey, PrimaryColumn } from "typeorm";
import { batch } from "../batch.ts";
import { Experiment } from "../experiment/experiment.ts";

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
export const isInherited = batch<string, boolean>(
  async ({ db }, artifactIds) => {
    const found: { id: string }[] = await db.query(
      `select r.id from artifact r join blob b on b.id = r.blob_id where r.id = any($1) and ${inherited}`,
      [artifactIds],
    );
    return new Map(found.map(({ id }) => [id, true]));
  },
  () => false,
);
