import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { hasSecrets, secretsSealed } from "../docker-image/docker-image.ts";
import type { StoredVariable } from "../docker-image/environment-variable.ts";
import { one } from "../read-ahead/look.ts";
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

export const dockerImageOfExperiment = one<ExperimentDockerImage, "id">({
  type: ExperimentDockerImage,
  key: { id: "uuid" },
  where: ({ id }) => `r.experiment_id = ${id}`,
});
