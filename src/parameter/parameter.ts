import { Field, ObjectType, registerEnumType } from "type-graphql";
import { Check, Column, Entity, type EntityManager, ForeignKey, PrimaryColumn } from "typeorm";
import { ModelVersion } from "../model-version/model-version.ts";
import type { PartTable } from "../part-table.ts";
import { many } from "../read-ahead/look.ts";
import { JSONValue } from "../scalars.ts";
import { send } from "../transaction.ts";

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
  description:
    "A training parameter: of a version, with its default for experiments that start from it; of an experiment, with its own value.",
})
@Entity()
@Check("parameter_type", "type in ('INTEGER', 'FLOAT', 'STRING', 'BOOLEAN', 'JSON')")
@Check("parameter_name_trimmed", "name = btrim(name) and name <> ''")
export class Parameter {
  @PrimaryColumn("uuid")
  @ForeignKey(() => ModelVersion, { onDelete: "CASCADE" })
  modelVersionId!: string;

  @Field(() => String, { description: "Unique in its version or experiment." })
  @PrimaryColumn({ type: "text", collation: "C" })
  name!: string;

  @Field(() => ParameterType, { description: "What the value is to a training script." })
  @Column("text")
  type!: ParameterType;

  @Field(() => JSONValue, { nullable: true, description: "The value; null is one of the type JSON." })
  @Column("json") // keeps the order of an object's properties, which jsonb does not
  value!: unknown;

  /** Its place in the list, as the user typed it. */
  @Column("int")
  position!: number;
}

/** A parameter without its owner. */
export type ParameterRow = Pick<Parameter, "name" | "type" | "value" | "position">;

/** The parameters of versions. */
export const versionParameters: PartTable = { table: "parameter", owner: "model_version_id" };

/** Declares the look-up of a noun's parameters, in their order. */
export function parametersIn({ table, owner }: PartTable) {
  return many<ParameterRow, "id">({
    type: Parameter,
    key: { id: "uuid" },
    from: () => `select ${owner} as owner_id, name, type, value, position from ${table}`,
    columns: ["name", "type", "value", "position"],
    where: ({ id }) => `r.owner_id = ${id}`,
    order: (row) => `${row}.position, ${row}.name`,
  });
}

export const parametersOfVersion = parametersIn(versionParameters);

/** The parameters of one owner, in their order, as a transaction sees them. */
export async function readParametersOf(
  tx: EntityManager,
  { table, owner }: PartTable,
  ownerId: string,
): Promise<ParameterRow[]> {
  return tx.query(
    `select name, type, value, position from ${table} where ${owner} = $1 order by position, name`,
    [ownerId],
  );
}

/** Adds parameters, and overwrites those that have one of their names. */
export async function writeParameters(
  tx: EntityManager,
  { table, owner }: PartTable,
  ownerId: string,
  parameters: ParameterRow[],
) {
  if (parameters.length === 0) return;
  await send(
    tx,
    `insert into ${table} (${owner}, name, type, value, position)
     select $1, * from unnest($2::text[], $3::text[], $4::json[], $5::int[])
     on conflict (${owner}, name)
     do update set type = excluded.type, value = excluded.value, position = excluded.position`,
    [
      ownerId,
      parameters.map(({ name }) => name),
      parameters.map(({ type }) => type),
      parameters.map(({ value }) => JSON.stringify(value)),
      parameters.map(({ position }) => position),
    ],
  );
}

export async function deleteParameters(
  tx: EntityManager,
  { table, owner }: PartTable,
  ownerId: string,
  names: string[],
) {
  if (names.length === 0) return;
  await send(tx, `delete from ${table} where ${owner} = $1 and name = any($2)`, [ownerId, names]);
}
