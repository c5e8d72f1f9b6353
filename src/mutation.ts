import type { EntityManager } from "typeorm";
import { forget } from "./batch.ts";
import type { Context } from "./context.ts";
import { translateDatabaseError } from "./database-error.ts";
import { Refusal, type UserError } from "./user-error.ts";

/**
 * Runs a mutation in one transaction: all of it happens, or nothing.
 *
 * @returns the result, or what the user can mend.
 */
export async function mutate<Result>(
  context: Context,
  run: (tx: EntityManager) => Promise<Result>,
): Promise<{ result: Result | null; userErrors: UserError[] }> {
  forget(context);
  try {
    return { result: await context.db.transaction(run), userErrors: [] };
  } catch (error) {
    const translated = translateDatabaseError(error);
    if (translated instanceof Refusal) return { result: null, userErrors: translated.userErrors };
    throw translated;
  }
}
