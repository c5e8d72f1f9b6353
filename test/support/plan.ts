import type { DataSource } from "typeorm";

/** Runs a statement, and tells how many rows the step of its plan gave that gave most. */
export async function mostRows(
  db: DataSource,
  statement: string | undefined,
  params: unknown[],
): Promise<number> {
  const plan = await db.query(`explain (analyze, format json) ${statement}`, params);
  const counts = [...JSON.stringify(plan).matchAll(/"Actual Rows":([\d.]+)/g)];
  return Math.max(...counts.map(([, count]) => Number(count)));
}
