import type { DataSource } from "typeorm";

/** How many sessions of this database wait for a lock that another one holds. */
export async function waiters(db: DataSource, query = ""): Promise<number> {
  const [{ count }]: [{ count: number }] = await db.query(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and query like $1`,
    [`%${query}%`],
  );
  return count;
}
