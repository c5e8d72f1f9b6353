import { createHash } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type pg from "pg";

/** What every server beside ours does in the same way. */
export const databaseUrl = process.env.DATABASE_URL ?? "";

export const poolSize = 10;

/** Tells the benchmark where the server is. */
export function listening(server: Server): void {
  server.listen(0, "127.0.0.1", () => {
    console.log(`listens at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
}

export interface Viewer {
  organization_id: string;
  user_id: string;
}

const tokenLookUp = {
  name: "token",
  text: `select t.organization_id, t.user_id from api_token t
    join member m on (m.organization_id, m.user_id) = (t.organization_id, t.user_id)
    where t.digest = $1 and m.removed_at is null and (t.expires_at is null or t.expires_at > now())`,
};

/** The one look-up by which a token is checked. */
export async function authenticate(pool: pg.Pool, header = ""): Promise<Viewer> {
  const digest = createHash("sha256")
    .update(header.replace(/^Bearer /, ""))
    .digest();
  const { rows } = await pool.query<Viewer>({ ...tokenLookUp, values: [digest] });
  if (!rows[0]) throw new Error("Expected a token that exists.");
  return rows[0];
}
