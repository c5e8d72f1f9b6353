import type { DataSource } from "typeorm";

/** Tells the sweep that bytes still arrive. @returns whether they are still awaited */
export async function touchBlob(db: DataSource, blobId: string): Promise<boolean> {
  const [, touched]: [unknown, number] = await db.query(
    "update blob set touched_at = clock_timestamp() where id = $1 and state = 'STAGED'",
    [blobId],
  );
  return touched === 1;
}
