import {
  Column,
  CreateDateColumn,
  DefaultNamingStrategy,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  type Relation,
  UpdateDateColumn,
} from "typeorm";

/** The tables are named in the manner of SQL. */
class SnakeNaming extends DefaultNamingStrategy {
  override tableName(type: string, given: string | undefined): string {
    return given ?? snake(type);
  }
  override columnName(property: string, given: string | undefined): string {
    return given ?? snake(property);
  }
  override joinColumnName(relation: string, column: string): string {
    return snake(`${relation}_${column}`);
  }
}

const snake = (name: string) => name.replace(/(?<=[a-z])[A-Z]/g, "_$&").toLowerCase();

export const naming = new SnakeNaming();

@Entity("user_account")
export class User {
  @PrimaryColumn("uuid") id!: string;
  @Column("text") name!: string;
  @Column("text") email!: string;
  @Column("text") pictureUrl!: string | null;
}

@Entity()
export class Model {
  @PrimaryColumn("uuid") id!: string;
  @Column("uuid") organizationId!: string;
  @Column("text") name!: string;
  @Column("text") description!: string | null;
  @Column("int") lastVersion!: number;
  @Column("uuid") createdById!: string;
  @Column("uuid") trashEntryId!: string | null;
  @CreateDateColumn({ type: "timestamptz" }) createdAt!: Date;
  @UpdateDateColumn({ type: "timestamptz" }) updatedAt!: Date;
}

@Entity()
export class ModelVersion {
  @PrimaryColumn("uuid") id!: string;
  @Column("uuid") organizationId!: string;
  @Column("uuid") modelId!: string;
  @Column("text") name!: string;
  @Column("text") description!: string | null;
  @Column("int") version!: number;
  @Column("text") type!: string;
  @Column("text") framework!: string | null;
  @Column("int") labelCount!: number;
  @Column("boolean") trainable!: boolean;
  @Column("boolean") deployable!: boolean;
  @Column("int") labelsRevision!: number;
  @Column("uuid") baseModelVersionId!: string | null;
  @Column("uuid") createdById!: string;
  @Column("uuid") trashEntryId!: string | null;
  @CreateDateColumn({ type: "timestamptz" }) createdAt!: Date;
  @UpdateDateColumn({ type: "timestamptz" }) updatedAt!: Date;
  @OneToMany(
    () => Label,
    (label) => label.modelVersion,
    { cascade: ["insert"] },
  )
  labels!: Relation<Label>[];
  @OneToMany(
    () => Parameter,
    (parameter) => parameter.modelVersion,
    { cascade: ["insert"] },
  )
  parameters!: Relation<Parameter>[];
}

@Entity()
export class Label {
  @PrimaryColumn("uuid") modelVersionId!: string;
  @PrimaryColumn("int") index!: number;
  @Column("text") name!: string;
  @ManyToOne(
    () => ModelVersion,
    (version) => version.labels,
  )
  @JoinColumn({ name: "model_version_id" })
  modelVersion!: Relation<ModelVersion>;
}

@Entity()
export class Parameter {
  @PrimaryColumn("uuid") modelVersionId!: string;
  @PrimaryColumn("text") name!: string;
  @Column("text") type!: string;
  @Column("json") value!: unknown;
  @Column("int") position!: number;
  @ManyToOne(
    () => ModelVersion,
    (version) => version.parameters,
  )
  @JoinColumn({ name: "model_version_id" })
  modelVersion!: Relation<ModelVersion>;
}

@Entity()
export class DockerImage {
  @PrimaryColumn("uuid") modelVersionId!: string;
  @Column("text") image!: string;
  @Column("text") tag!: string | null;
  @Column("text", { array: true }) flags!: string[];
  @Column("jsonb") environmentVariables!: { name: string; value: string }[];
}

@Entity()
export class Blob {
  @PrimaryColumn("uuid") id!: string;
  @Column("bigint") size!: string;
  @Column("bytea") sha256!: Buffer;
}

@Entity()
export class ModelFile {
  @PrimaryColumn("uuid") id!: string;
  @Column("uuid") modelVersionId!: string;
  @Column("text") name!: string;
  @Column("text") filename!: string;
  @Column("uuid") blobId!: string;
  @Column("uuid") createdById!: string;
  @Column("uuid") trashEntryId!: string | null;
  @CreateDateColumn({ type: "timestamptz" }) createdAt!: Date;
}

@Entity()
export class SourceExperiment {
  @PrimaryColumn("uuid") modelVersionId!: string;
  @Column("text") name!: string;
  @Column("text") url!: string | null;
}

@Entity()
export class SourceParameter {
  @PrimaryColumn("uuid") modelVersionId!: string;
  @PrimaryColumn("text") name!: string;
  @Column("text") type!: string;
  @Column("json") value!: unknown;
  @Column("int") position!: number;
}

@Entity()
export class SourceMetric {
  @PrimaryColumn("uuid") modelVersionId!: string;
  @PrimaryColumn("text") name!: string;
  @Column("float8") value!: number;
}

@Entity()
export class SourceDatasetVersion {
  @PrimaryColumn("uuid") modelVersionId!: string;
  @PrimaryColumn("text") alias!: string;
  @Column("int") position!: number;
  @Column("text") dataset!: string;
  @Column("text") version!: string;
  @Column("text") url!: string | null;
}

@Entity()
export class SourceLabel {
  @PrimaryColumn("uuid") modelVersionId!: string;
  @PrimaryColumn("text") alias!: string;
  @PrimaryColumn("int") index!: number;
  @Column("text") name!: string;
}

export const entities = [
  User,
  Model,
  ModelVersion,
  Label,
  Parameter,
  DockerImage,
  Blob,
  ModelFile,
  SourceExperiment,
  SourceParameter,
  SourceMetric,
  SourceDatasetVersion,
  SourceLabel,
];
