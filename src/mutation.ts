import { GraphQLError } from "graphql";
import type { EntityManager } from "typeorm";
import { forget } from "./batch.ts";
import type { Context } from "./context.ts";
import { translateDatabaseError } from "./database-error.ts";
import { apiError } from "./errors.ts";
import { forgetExpiredKeys } from "./idempotency-key/idempotency-key.ts";
import { limits } from "./limits.ts";
import { Refusal, type UserError, UserErrorCode } from "./user-error.ts";

export interface Creation<Row> {
  idempotencyKey: string | null;
  /** Changes the database, and gives the UUID of what it created. */
  write: (tx: EntityManager) => Promise<string>;
  /** Finds that object again, as the client will see it. */
  read: (context: Context, id: string) => Promise<Row | null>;
}

/**
 * Runs a mutation in one transaction: all of it happens, or nothing.
 *
 * @returns the object, or what the user can mend.
 */
export async function mutate<Row>(
  context: Context,
  { idempotencyKey, write, read }: Creation<Row>,
): Promise<{ row: Row | null; userErrors: UserError[] }> {
  forget(context);
  let id: string;
  try {
    id = await context.db.transaction(write);
  } catch (error) {
    const translated = translateDatabaseError(error);
    if (translated instanceof Refusal)
      return { row: null, userErrors: translated.userErrors.slice(0, limits.userErrors) };
    throw translated;
  }
  // What it fails to forget is forgotten after the next one.
  if (idempotencyKey !== null) await forgetExpiredKeys(context.db).catch(() => {});
  const row = await read(context, id).catch(doneButUnread);
  if (row !== null) return { row, userErrors: [] };
  // Only a repeated idempotency key can lead to an object that is gone.
  const [code, field] = [UserErrorCode.NOT_FOUND, ["idempotencyKey"]];
  return { row, userErrors: [{ code, field, message: "What this key created is gone." }] };
}

/** The transaction has been committed: an error that says "nothing was changed" would not be true. */
function doneButUnread(error: unknown): never {
  if (!(translateDatabaseError(error) instanceof GraphQLError)) throw error;
  throw apiError("SERVICE_UNAVAILABLE", "It was done, but cannot be shown at the moment: read it again.");
}
