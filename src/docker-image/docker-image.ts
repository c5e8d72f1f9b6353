import { Field, ObjectType } from "type-graphql";
import { Column, Entity, ForeignKey, PrimaryColumn } from "typeorm";
import { batch } from "../batch.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { rows } from "../rows.ts";

@ObjectType({ description: "A variable in the environment of a training script." })
export class EnvironmentVariable {
  @Field(() => String, { description: "Its name, unique in the docker image." })
  name!: string;

  @Field(() => String, { description: "Its value." })
  value!: string;
}

@ObjectType({ description: "Where the training script is: a container image and how to run it." })
@Entity()
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

  @Field(() => [EnvironmentVariable], {
    description: "The environment of the training script, in the order given.",
  })
  @Column("jsonb")
  environmentVariables!: EnvironmentVariable[];
}

/** The docker image of each version. */
export const dockerImageOf = batch<string, DockerImage | null>(
  async ({ db }, versionIds) => {
    const found = await rows(db, DockerImage, "where r.model_version_id = any($1)", [versionIds]);
    return new Map(found.map((image) => [image.modelVersionId, image]));
  },
  () => null,
);
