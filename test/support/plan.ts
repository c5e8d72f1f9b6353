import type { DataSource } from "typeorm";

/** Runs a statement, and tells how many rows the step of its plan gave that gave most; or the step of a kind. */
export async function mostRows(
  db: DataSource,
  statement: string | undefined,
  params: unknown[],
  kind = "",
): Promise<number> {
  const [{ "QUERY PLAN": plans }] = await db.query(`explain (analyze, format json) ${statement}`, params);
  const found: number[] = [];
  JSON.stringify(plans, (_name, step) => {
    if (step?.["Node Type"]?.includes(kind)) found.push(Number(step["Actual Rows"]));
    return step;
  });
  return Math.max(...found);
}
