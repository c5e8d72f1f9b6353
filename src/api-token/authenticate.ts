import DataLoader from "dataloader";
import type { DataSource } from "typeorm";
import { apiError } from "../errors.ts";
import { limits } from "../limits.ts";
import { lower, type Role } from "../member/role.ts";
import { read } from "../postgres/read.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { apiTokenSecret, readSecret } from "./secret.ts";

interface TokenRow {
  digest: Buffer;
  tokenId: string;
  organizationId: string;
  userId: string;
  tokenRole: Role;
  memberRole: Role;
  expiresAt: Date | null;
  expired: boolean;
  /** Whether its last use was noted longer ago than `limits.lastUsed`. */
  unnoted: boolean;
}

/**
 * Who a request comes from, by its `Authorization` header. One statement, also for a token that is unknown; and
 * once in a while another that notes the use.
 *
 * @returns the viewer; null without the header; or the error that says what is wrong with it, which a root field throws.
 */
export async function authenticate(
  db: DataSource,
  header: string | undefined,
): Promise<Viewer | Error | null> {
  if (!header) return null;
  const [, token = ""] = /^Bearer +(\S+)$/i.exec(header.trim()) ?? [];
  const digest = readSecret(apiTokenSecret, token);
  if (!digest)
    return refused(
      "The API token is malformed: expected `Authorization: Bearer mreg_…` with the whole token.",
    );

  const row = await lookupIn(db).load(digest);
  if (!row) return refused(unknown);
  if (row.expired) return refused("The API token has expired.");
  if (row.unnoted) await noteUse(db, row.tokenId).catch(() => {}); // it can be noted the next time
  const { organizationId, userId, tokenId, tokenRole, memberRole, expiresAt } = row;
  const role = lower(tokenRole, memberRole);
  return { organizationId, userId, tokenId, role, expiresAt, capped: role !== memberRole };
}

const lookups = new WeakMap<DataSource, DataLoader<Buffer, TokenRow | null>>();

/** Looks tokens up together whose requests have arrived together. Nothing is kept: a token can be revoked at any moment. */
function lookupIn(db: DataSource): DataLoader<Buffer, TokenRow | null> {
  const known = lookups.get(db);
  if (known) return known;
  const lookup = new DataLoader((digests: readonly Buffer[]) => findTokens(db, digests), {
    cache: false,
    batchScheduleFn: setImmediate, // when all that has arrived has been read
  });
  lookups.set(db, lookup);
  return lookup;
}

async function findTokens(db: DataSource, digests: readonly Buffer[]): Promise<(TokenRow | null)[]> {
  const found = await read<TokenRow>(
    db,
    `select t.digest, t.id as "tokenId", t.organization_id as "organizationId", t.user_id as "userId",
       t.role as "tokenRole", m.role as "memberRole",
       t.expires_at as "expiresAt", coalesce(t.expires_at <= now(), false) as expired,
       coalesce(t.last_used_at < now() - interval '${limits.lastUsed} seconds', true) as unnoted
     from unnest((select $1::bytea[])) d join api_token t on t.digest = d
     join member m on (m.organization_id, m.user_id) = (t.organization_id, t.user_id)
     where m.removed_at is null`,
    [digests],
  );
  return digests.map((digest) => found.find((row) => row.digest.equals(digest)) ?? null);
}

const unknown = "The API token is unknown: it was never issued, or has been revoked.";

/** Of many requests that come at once one writes, and the others do not wait for it. */
async function noteUse(db: DataSource, tokenId: string): Promise<void> {
  await db.query(
    `update api_token set last_used_at = now() where id = (
       select id from api_token where id = $1
       and coalesce(last_used_at < now() - interval '${limits.lastUsed} seconds', true)
       for no key update skip locked)`,
    [tokenId],
  );
}

function refused(message: string): Error {
  return apiError("UNAUTHENTICATED", message);
}
