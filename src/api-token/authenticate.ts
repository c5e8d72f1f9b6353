import { timingSafeEqual } from "node:crypto";
import type { DataSource } from "typeorm";
import { apiError } from "../errors.ts";
import type { Role } from "../membership/role.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { readSecret } from "./secret.ts";

interface TokenRow {
  digest: Buffer;
  expired: boolean;
  organizationId: string;
  userId: string;
  role: Role;
}

/** Compared with when no token has the look-up part, so that both refusals take the same steps. */
const noDigest = Buffer.alloc(32);

/**
 * Who a request comes from, by its `Authorization` header. One statement, also for a token that is unknown.
 *
 * @returns the viewer, or the error that says why there is none; a root field throws it.
 */
export async function authenticate(db: DataSource, header: string | undefined): Promise<Viewer | Error> {
  if (!header) return refused("An API token is required: send the header `Authorization: Bearer mreg_…`.");
  const [, token] = /^Bearer +(\S+)$/i.exec(header.trim()) ?? [];
  const secret = token === undefined ? undefined : readSecret(token);
  if (!secret)
    return refused(
      "The API token is malformed: expected `Authorization: Bearer mreg_…` with the whole token.",
    );

  const [row]: TokenRow[] = await db.query(
    `select t.digest, t.expires_at <= now() as expired, t.organization_id as "organizationId",
       t.user_id as "userId", m.role
     from api_token t join membership m on (m.organization_id, m.user_id) = (t.organization_id, t.user_id)
     where t.lookup = $1`,
    [secret.lookup],
  );
  const equal = timingSafeEqual(secret.digest, row?.digest ?? noDigest);
  if (!row || !equal) return refused("The API token is unknown: it was never issued, or has been revoked.");
  if (row.expired) return refused("The API token has expired.");
  return { organizationId: row.organizationId, userId: row.userId, role: row.role };
}

function refused(message: string): Error {
  return apiError("UNAUTHENTICATED", message);
}
