import type { EntityManager } from "typeorm";
import { forget } from "./batch.ts";
import type { Context } from "./context.ts";
import { translateDatabaseError } from "./database-error.ts";
import { limits } from "./limits.ts";
import { Refusal, type UserError, UserErrorCode } from "./user-error.ts";

/**
 * Runs a mutation in one transaction: all of it happens, or nothing.
 *
 * @param write changes the database and gives the UUID of what it changed.
 * @param read finds that object again, as the client will see it.
 * @returns the object, or what the user can mend.
 */
export async function mutate<Row>(
  context: Context,
  write: (tx: EntityManager) => Promise<string>,
  read: (context: Context, id: string) => Promise<Row | null>,
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
  const row = await read(context, id);
  if (row !== null) return { row, userErrors: [] };
  // Only a repeated idempotency key can lead to an object that is gone.
  const [code, field] = [UserErrorCode.NOT_FOUND, ["idempotencyKey"]];
  return { row, userErrors: [{ code, field, message: "What this key created is gone." }] };
}
