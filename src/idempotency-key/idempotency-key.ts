import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import {
  Column,
  type DataSource,
  Entity,
  type EntityManager,
  ForeignKey,
  Index,
  PrimaryColumn,
} from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { limits } from "../limits.ts";
import { Member } from "../member/member.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";

export const idempotencyKeyDescription =
  `Makes a retry safe: within ${limits.idempotencyHours} hours the same key with the same arguments answers with what it ` +
  `created the first time. Any text of 1 to ${limits.idempotencyKey} characters, such as a UUID.`;

/** Remembers that a creating mutation was done, and what it created. Keeps digests only: no key, no input. */
@Entity()
@ForeignKey(() => Member, ["organizationId", "userId"], ["organizationId", "userId"])
@Index("idempotency_key_by_age", ["createdAt"])
export class IdempotencyKey {
  @PrimaryColumn("uuid")
  organizationId!: string;

  @PrimaryColumn("uuid")
  userId!: string;

  /** SHA-256 of the key. */
  @PrimaryColumn("bytea")
  digest!: Buffer;

  /** HMAC of the mutation and its arguments under the key, so that a weak secret in them cannot be guessed from it. */
  @Column("bytea")
  fingerprint!: Buffer;

  /** The UUID of what was created. */
  @Column("uuid")
  createdId!: string;

  @Column({ type: "timestamptz", precision: 3, default: () => "clock_timestamp()" })
  createdAt!: Date;
}

const expired = `now() - interval '${limits.idempotencyHours} hours'`;

/** A mutation with its key. */
interface Request {
  key: string | null | undefined;
  mutation: string;
  input: unknown;
}

/**
 * Runs `create` with a new UUID, unless the same viewer has done so with the same key. A second request with the key
 * waits at the primary key until the first has committed or has given up.
 *
 * @returns the UUID of what was created, now or then.
 * @throws Refusal when the key was used for something else.
 */
export async function once(
  tx: EntityManager,
  viewer: Viewer,
  request: Request,
  create: (id: string) => Promise<void>,
): Promise<string> {
  const id = uuidv7();
  if (request.key == null) {
    await create(id);
    return id;
  }
  const { owner, fingerprint } = digestsOf(viewer, request.key, request);
  const inserted: unknown[] = await tx.query(
    `insert into idempotency_key (organization_id, user_id, digest, fingerprint, created_id)
     values ($1, $2, $3, $4, $5)
     on conflict (organization_id, user_id, digest) do update
     set fingerprint = excluded.fingerprint, created_id = excluded.created_id, created_at = clock_timestamp()
     where idempotency_key.created_at < ${expired} returning digest`,
    [...owner, fingerprint, id],
  );
  const before = inserted.length > 0 ? null : await findCreated(tx, owner, fingerprint);
  if (before !== null) return before;
  await create(id);
  return id;
}

/**
 * What `once` would find, for a request that would have to send much before it comes to that.
 *
 * @returns the UUID of what was created with the key; null when nothing was.
 * @throws Refusal when the key was used for something else.
 */
export async function recall(tx: EntityManager, viewer: Viewer, request: Request): Promise<string | null> {
  if (request.key == null) return null;
  const { owner, fingerprint } = digestsOf(viewer, request.key, request);
  return findCreated(tx, owner, fingerprint);
}

function digestsOf(viewer: Viewer, key: string, { mutation, input }: Request) {
  const length = [...key].length;
  if (length === 0 || length > limits.idempotencyKey || !key.isWellFormed()) {
    refuse(
      UserErrorCode.INVALID,
      ["idempotencyKey"],
      `Expected 1 to ${limits.idempotencyKey} well-formed characters, got ${length}.`,
    );
  }
  const owner = [viewer.organizationId, viewer.userId, createHash("sha256").update(key).digest()];
  const fingerprint = createHmac("sha256", key)
    .update(JSON.stringify([mutation, input]))
    .digest();
  return { owner, fingerprint };
}

async function findCreated(tx: EntityManager, owner: unknown[], fingerprint: Buffer): Promise<string | null> {
  const [before]: IdempotencyKey[] = await tx.query(
    `select fingerprint, created_id as "createdId" from idempotency_key
     where (organization_id, user_id, digest) = ($1, $2, $3) and created_at >= ${expired}`,
    owner,
  );
  if (!before) return null;
  if (timingSafeEqual(before.fingerprint, fingerprint)) return before.createdId;
  refuse(
    UserErrorCode.CONFLICT,
    ["idempotencyKey"],
    "This idempotency key was used for another request before: choose a new one.",
  );
}

/**
 * A few expired keys leave after each new one, so that the table stays as small as a day's work. By itself and
 * skipping what others hold, so that it neither waits nor is waited for.
 */
export async function forgetExpiredKeys(db: DataSource): Promise<void> {
  await db.query(
    `delete from idempotency_key where ctid in (
       select ctid from idempotency_key where created_at < ${expired}
       order by created_at limit 10 for update skip locked)`,
  );
}
