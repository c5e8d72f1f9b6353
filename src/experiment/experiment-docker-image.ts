import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { batch } from "../batch.ts";
import { hasSecrets, secretsSealed } from "../docker-image/docker-image.ts";
import type { StoredVariable } from "../docker-image/environment-variable.ts";
import { rows } from "../rows.ts";
import { Experiment } from "./experiment.ts";

/** The docker image of an experiment's base, as it was at the creation, its secrets encrypted; clients see a `DockerImage`. */
@Entity()
@Check("experiment_docker_image_secrets_sealed", secretsSealed)
@Index("experiment_docker_image_with_secrets", ["experimentId"], { where: hasSecrets })
export class ExperimentDockerImage {
  @PrimaryColumn("uuid")
  @ForeignKey(() => Experiment, { onDelete: "CASCADE" })
  experimentId!: string;

  @Column("text")
  image!: string;

  @Column("text", { nullable: true })
  tag!: string | null;

  @Column("text", { nullable: true })
  digest!: string | null;

  @Column("text", { array: true })
  flags!: string[];

  @Column("jsonb")
  environmentVariables!: StoredVariable[];
}

export const dockerImageOfExperiment = batch<string, ExperimentDockerImage | null>(
  async ({ db }, experimentIds) => {
    const found = await rows(db, ExperimentDockerImage, "where r.experiment_id = any($1)", [experimentIds]);
    return new Map(found.map((image) => [image.experimentId, image]));
  },
  () => null,
);
