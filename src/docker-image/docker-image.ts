import { Field, ObjectType } from "type-graphql";
import { Check, Column, Entity, type EntityManager, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { ModelVersion } from "../model-version/model-version.ts";
import { one } from "../read-ahead/look.ts";
import { rows } from "../rows.ts";
import type { StoredVariable } from "./environment-variable.ts";

/** A condition on a docker image's variables that an index answers. */
export const hasSecrets = "environment_variables @? '$[*].sealed'";

/** That they are in the form of `StoredVariable`: a secret has no value beside it. */
export const secretsSealed = `jsonb_typeof(environment_variables) = 'array' and not environment_variables @? '$[*] ? (
    !(@.name.type() == "string")
    || exists(@.value) && (exists(@.sealed) || exists(@.keyId))
    || !(exists(@.value)) && !(exists(@.keyId) && @.sealed like_regex "^[A-Za-z0-9+/]{38,}={0,2}$"))'`;

@ObjectType({ description: "Where the training script is: a container image and how to run it." })
@Entity()
@Check("docker_image_secrets_sealed", secretsSealed)
@Index("docker_image_with_secrets", ["modelVersionId"], { where: hasSecrets })
export class DockerImage {
  @PrimaryColumn("uuid")
  @ForeignKey(() => ModelVersion, { onDelete: "CASCADE" })
  modelVersionId!: string;

  @Field(() => String, { description: "The repository, such as `docker.io/acme/yolox-training`." })
  @Column("text")
  image!: string;

  @Field(() => String, { nullable: true, description: "The tag, such as `1.2.0`." })
  @Column("text", { nullable: true })
  tag!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The digest, such as `sha256:…`, which no push can change.",
  })
  @Column("text", { nullable: true })
  digest!: string | null;

  @Field(() => [String], {
    description: "Flags for the container's start, in their order, such as `--gpus=all`.",
  })
  @Column("text", { array: true })
  flags!: string[];

  /** What a viewer sees of them is a field resolver. */
  @Column("jsonb")
  environmentVariables!: StoredVariable[];
}

/** The docker image of each version. */
export const dockerImageOf = one<DockerImage, "id">({
  type: DockerImage,
  key: { id: "uuid" },
  where: ({ id }) => `r.model_version_id = ${id}`,
});

/** The docker image of a version, which nobody else changes until the transaction ends; null when there is none. */
export async function lockDockerImage(tx: EntityManager, versionUuid: string): Promise<DockerImage | null> {
  // Also its keys: whoever rotates them does not lock the version.
  const [found] = await rows(tx, DockerImage, "where r.model_version_id = $1 for no key update", [
    versionUuid,
  ]);
  return found ?? null;
}
