import { Field, ObjectType, registerEnumType } from "type-graphql";
import { Check, Column, Entity, type EntityManager, ForeignKey, PrimaryColumn } from "typeorm";
import { batch, groupBy } from "../batch.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import { rows } from "../rows.ts";
import { JSONValue } from "../scalars.ts";

export enum ParameterType {
  INTEGER = "INTEGER",
  FLOAT = "FLOAT",
  STRING = "STRING",
  BOOLEAN = "BOOLEAN",
  JSON = "JSON",
}

registerEnumType(ParameterType, {
  name: "ParameterType",
  description: "What a parameter's value is to a training script.",
  valuesConfig: {
    INTEGER: { description: "A whole number from -(2^53 - 1) to 2^53 - 1." },
    FLOAT: {
      description: "A 64-bit floating-point number; a client keeps it one even when JSON shows it as `1`.",
    },
    STRING: { description: "Text." },
    BOOLEAN: { description: "True or false." },
    JSON: { description: "An array, an object or null." },
  },
});

@ObjectType({
  description: "A training parameter with its default for experiments that start from the version.",
})
@Entity()
@Check("parameter_type", "type in ('INTEGER', 'FLOAT', 'STRING', 'BOOLEAN', 'JSON')")
@Check("parameter_name_trimmed", "name = btrim(name) and name <> ''")
export class Parameter {
  @PrimaryColumn("uuid")
  @ForeignKey(() => ModelVersion, { onDelete: "CASCADE" })
  modelVersionId!: string;

  @Field(() => String, { description: "Unique in the version." })
  @PrimaryColumn({ type: "text", collation: "C" })
  name!: string;

  @Field(() => ParameterType, { description: "What the value is to a training script." })
  @Column("text")
  type!: ParameterType;

  @Field(() => JSONValue, { nullable: true, description: "The default value; null is a value of type JSON." })
  @Column("json") // keeps the order of an object's properties, which jsonb does not
  value!: unknown;

  /** Its place in the list, as the user typed it. */
  @Column("int")
  position!: number;
}

/** The parameters of each version, in the order in which they were added. */
export const parametersOf = batch<string, Parameter[]>(
  async ({ db }, versionIds) => {
    const tail = "where r.model_version_id = any($1) order by r.model_version_id, r.position, r.name";
    return groupBy(await rows(db, Parameter, tail, [versionIds]), (parameter) => parameter.modelVersionId);
  },
  () => [],
);

/** A parameter without its version. */
export type ParameterRow = Pick<Parameter, "name" | "type" | "value" | "position">;

/** The parameters of one version, in their order, as a transaction sees them. */
export async function readParametersOf(tx: EntityManager, versionId: string): Promise<ParameterRow[]> {
  const tail = "where r.model_version_id = $1 order by r.position, r.name";
  return rows(tx, Parameter, tail, [versionId]);
}

/** Adds parameters, and overwrites those that have one of their names. */
export async function writeParameters(tx: EntityManager, versionId: string, parameters: ParameterRow[]) {
  if (parameters.length === 0) return;
  await tx.query(
    `insert into parameter (model_version_id, name, type, value, position)
     select $1, * from unnest($2::text[], $3::text[], $4::json[], $5::int[])
     on conflict (model_version_id, name)
     do update set type = excluded.type, value = excluded.value, position = excluded.position`,
    [
      versionId,
      parameters.map(({ name }) => name),
      parameters.map(({ type }) => type),
      parameters.map(({ value }) => JSON.stringify(value)),
      parameters.map(({ position }) => position),
    ],
  );
}

export async function deleteParameters(tx: EntityManager, versionId: string, names: string[]) {
  if (names.length === 0) return;
  await tx.query("delete from parameter where model_version_id = $1 and name = any($2)", [versionId, names]);
}
