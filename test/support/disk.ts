import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { DataSource } from "typeorm";

/** The keys under which a local disk has anything of an organization: bytes, parts, or what a crash has left. */
export function keysOnDisk(filesDir: string, organizationId: string): string[] {
  const list = (folder: string) => {
    try {
      return readdirSync(join(filesDir, organizationId, folder));
    } catch {
      return []; // nothing has been written yet
    }
  };
  const keys = [...list("staging"), ...list("blobs")];
  return [...new Set(keys)].sort();
}

/** The keys that the database knows. */
export async function keysOfRows(db: DataSource, organizationId: string): Promise<string[]> {
  const found: { id: string }[] = await db.query(
    "select id from blob where organization_id = $1 order by id",
    [organizationId],
  );
  return found.map(({ id }) => id);
}
