import type { DataSource, EntityManager } from "typeorm";
import { read } from "./postgres/read.ts";

/** The class of an entity: one object is one row, and the source of one GraphQL object. */
export type RowClass<Row> = abstract new () => Row;

const columnLists = new WeakMap<RowClass<unknown>, string>();

/**
 * Reads rows of an entity's table, named `r`, by plain column queries: a tenth of the cost of TypeORM's `find`.
 *
 * @param tail what follows `from <table> r` in the statement. Only in a transaction it may lock.
 */
export async function rows<Row>(
  db: DataSource | EntityManager,
  type: RowClass<Row>,
  tail: string,
  params: unknown[],
): Promise<Row[]> {
  const text = `select ${columnsOf(db, type)} from ${tableOf(db, type)} r ${tail}`;
  const found = await read<object>(db, text, params);
  return found.map((row) => toRow(type, row));
}

/** Gives a plain row the class by which GraphQL tells the types of an interface apart. */
export function toRow<Row>(type: RowClass<Row>, row: object): Row {
  return Object.setPrototypeOf(row, type.prototype);
}

export function tableOf(db: DataSource | EntityManager, type: RowClass<unknown>): string {
  return metadataOf(db, type).tableName;
}

/** `r.created_at as "createdAt", …`: every column of the entity, under its property's name. */
export function columnsOf(db: DataSource | EntityManager, type: RowClass<unknown>): string {
  const known = columnLists.get(type);
  if (known) return known;
  const list = metadataOf(db, type)
    .columns.map((column) => `r."${column.databaseName}" as "${column.propertyName}"`)
    .join(", ");
  columnLists.set(type, list);
  return list;
}

function metadataOf(db: DataSource | EntityManager, type: RowClass<unknown>) {
  const source = "connection" in db ? db.connection : db;
  return source.getMetadata(type);
}
