import pg from "pg";
import { type DataSource, type EntityManager, QueryFailedError, TypeORMError } from "typeorm";
import type { PostgresDriver } from "typeorm/driver/postgres/PostgresDriver.js";
import type { Pool } from "./pool.ts";

/**
 * Asks the database by one statement that changes nothing, and locks nothing unless it is one of a transaction. Outside of
 * a transaction others are sent along with it, which is quicker than `db.query`.
 *
 * @throws QueryFailedError when PostgreSQL refuses; when it cannot be reached, what the driver throws
 */
export async function read<Row>(
  db: DataSource | EntityManager,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  if ("queryRunner" in db && db.queryRunner) return db.query(text, values);
  const { driver, logger } = "dataSource" in db ? db.dataSource : db;
  const pool: Pool | undefined = (driver as PostgresDriver).master;
  if (!pool) throw new TypeORMError("Driver not Connected");
  logger.logQuery(text, values);
  try {
    const { rows } = await pool.read(text, values);
    return rows;
  } catch (error) {
    throw error instanceof pg.DatabaseError ? new QueryFailedError(text, values, error) : error;
  }
}
