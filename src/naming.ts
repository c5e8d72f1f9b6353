import { DefaultNamingStrategy } from "typeorm";

/** Names tables and columns as PostgreSQL does: `created_at`, not `createdAt`; and constraints so that they can be read. */
export class PostgresNaming extends DefaultNamingStrategy {
  override tableName(className: string, given: string | undefined): string {
    return given ?? snakeCase(className);
  }

  override columnName(property: string, given: string | undefined): string {
    return given ?? snakeCase(property);
  }

  override primaryKeyName(table: string | { name: string }): string {
    return `${nameOf(table)}_pkey`;
  }

  override foreignKeyName(table: string | { name: string }, columns: string[]): string {
    return `${nameOf(table)}_${columns.join("_")}_fkey`;
  }
}

function nameOf(table: string | { name: string }): string {
  return typeof table === "string" ? table : table.name;
}

/** `createdAt` → `created_at`. */
export function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
