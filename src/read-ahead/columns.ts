import type { DataSource } from "typeorm";
import type { RowClass } from "../rows.ts";

/** A column of a table, by the property that has its value. */
export interface Column {
  name: string;
  /** Its type in PostgreSQL; `[]` behind it for an array. */
  type: string;
  nullable: boolean;
  /** Makes of its JSON what the entity's property is; null where it is that already. */
  revive: ((json: string) => unknown) | null;
}

const tables = new WeakMap<RowClass<unknown>, Map<string, Column>>();

const revivals: { [type: string]: (json: string) => unknown } = {
  timestamptz: (json) => new Date(json),
  bytea: (json) => Buffer.from(json.slice(2), "hex"), // `\x…`
};

/** The columns of an entity, by property. */
export function columnsOf(db: DataSource, type: RowClass<unknown>): ReadonlyMap<string, Column> {
  const known = tables.get(type);
  if (known) return known;
  const columns = new Map(
    db
      .getMetadata(type)
      .columns.map(({ propertyName, databaseName, type, isArray, isNullable }) => [
        propertyName,
        columnOf(databaseName, `${type}${isArray ? "[]" : ""}`, isNullable),
      ]),
  );
  tables.set(type, columns);
  return columns;
}

export function columnOf(name: string, type: string, nullable: boolean): Column {
  return { name, type, nullable, revive: revivals[type] ?? null };
}
