import type { EntityManager } from "typeorm";
import { forget } from "./batch.ts";
import type { Context } from "./context.ts";
import { translateDatabaseError } from "./database-error.ts";
import { Refusal, refuse, type UserError, UserErrorCode } from "./user-error.ts";

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
  try {
    const id = await context.db.transaction(write);
    const row = await read(context, id);
    // Only a repeated idempotency key can lead to an object that is gone.
    if (row === null) refuse(UserErrorCode.NOT_FOUND, ["idempotencyKey"], "What this key created is gone.");
    return { row, userErrors: [] };
  } catch (error) {
    const translated = translateDatabaseError(error);
    if (translated instanceof Refusal) return { row: null, userErrors: translated.userErrors };
    throw translated;
  }
}
