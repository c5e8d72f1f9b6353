import { GraphQLError } from "graphql";
import type { EntityManager } from "typeorm";
import { forget } from "./batch.ts";
import { noteCommit } from "./budget.ts";
import type { Context } from "./context.ts";
import { translateDatabaseError } from "./database-error.ts";
import { apiError } from "./errors.ts";
import { forgetExpiredKeys } from "./idempotency-key/idempotency-key.ts";
import { limits } from "./limits.ts";
import { holdAccess, holdAccessAlone } from "./member/access.ts";
import { uuidOf } from "./node/id.ts";
import { transaction } from "./transaction.ts";
import { Refusal, type UserError, UserErrorCode } from "./user-error.ts";

export interface Options {
  /** How the viewer's access is made sure of; see `access.ts`. */
  access?: keyof typeof accesses;
  /** Does everything, tells what came of it, and takes it back. */
  dryRun?: boolean;
  /** Comes before the transaction, and is refused like it: what waits for something else than the database. */
  first?: () => Promise<void>;
}

type Check = (tx: EntityManager, context: Context) => Promise<void>;

const accesses: { [kind in "HELD" | "ALONE" | "NONE"]: { before?: Check; after?: Check } } = {
  HELD: { after: holdAccess },
  ALONE: { before: holdAccessAlone },
  NONE: {}, // of a request that needs no token
};

export interface Creation<Row> extends Options {
  idempotencyKey: string | null | undefined;
  /** Changes the database, and gives the UUID of what it created. */
  write: (tx: EntityManager) => Promise<string | Created<Row>>;
  /** Finds that object again, as the client will see it. */
  read: (context: Context, uuid: string) => Promise<Row | null>;
}

export interface Created<Row> {
  uuid: string;
  /** Where it has one and it is new. */
  secret?: string | null;
  /** As it was written, where that is known: it is not read again. */
  row?: Promise<Row>;
}

export interface Edit<Row, Result> extends Omit<Options, "first"> {
  /** The type of what is edited, and its id as the client gave it. */
  type: string;
  id: string;
  first?: (uuid: string) => Promise<void>;
  /** Changes the database, and tells what the payload says of it beside the object. */
  write: (tx: EntityManager, uuid: string) => Promise<Result>;
  /** The object as it was written, where that is known: it is not read again. */
  written?: (result: Result) => Promise<Row>;
  /** Finds the object again, as the client will see it. */
  read: (context: Context, uuid: string) => Promise<Row | null>;
}

/**
 * Runs a mutation that creates something, in one transaction: all of it happens, or nothing.
 *
 * @returns the object, or what the user can mend.
 */
export async function create<Row>(
  context: Context,
  { idempotencyKey, write, read, ...options }: Creation<Row>,
): Promise<{ row: Row | null; secret: string | null; userErrors: UserError[] }> {
  const { result, userErrors } = await transact(context, write, options);
  if (result === null) return { row: null, secret: null, userErrors };
  const { uuid, secret = null, row: written } = typeof result === "string" ? { uuid: result } : result;
  // What it fails to forget is forgotten after the next one.
  if (idempotencyKey != null) await forgetExpiredKeys(context.db).catch(() => {});
  const row = await (written ?? read(context, uuid).catch(doneButUnread));
  if (row !== null) return { row, secret, userErrors: [] };
  const gone = (field: string[] | null, message: string): UserError[] => [
    { code: UserErrorCode.NOT_FOUND, field, message },
  ];
  return {
    ...{ row, secret: null },
    userErrors:
      idempotencyKey == null
        ? gone(null, "It was created, and deleted at once.")
        : gone(["idempotencyKey"], "What this key created is gone."),
  };
}

/**
 * Runs a mutation that changes one object, in one transaction.
 *
 * @returns the object as it is now, also when the change was refused; null when there is none. And what `write` told,
 *   or what the user can mend.
 */
export async function edit<Row, Result>(
  context: Context,
  { type, id, first, write, written, read, ...options }: Edit<Row, Result>,
): Promise<{ row: Row | null; result: Result | null; userErrors: UserError[] }> {
  let uuid: string | undefined;
  const parsed = () => {
    uuid = uuidOf(type, id, ["id"]);
    return uuid;
  };
  const { result, userErrors } = await transact(context, (tx) => write(tx, parsed()), {
    ...options,
    ...(first && { first: () => first(parsed()) }),
  });
  if (uuid === undefined) return { row: null, result, userErrors };
  const changed = result !== null && !options.dryRun;
  if (changed && written) return { row: await written(result), result, userErrors };
  const row = await read(context, uuid).catch(changed ? doneButUnread : rethrow);
  return { row, result, userErrors };
}

/** Runs `write` in a transaction, and turns a refusal into `userErrors`. */
export async function transact<Result>(
  context: Context,
  write: (tx: EntityManager) => Promise<Result>,
  { access = "HELD", dryRun = false, first }: Options = {},
): Promise<{ result: Result | null; userErrors: UserError[] }> {
  forget(context);
  try {
    await first?.();
    forget(context);
    const result = await transaction(context.db, async (tx) => {
      const { before, after } = accesses[access];
      await before?.(tx, context);
      const written = await write(tx);
      await after?.(tx, context);
      if (!dryRun) return written;
      await tx.query("set constraints all immediate"); // a trial fails where the real thing would
      throw new Trial(written);
    });
    noteCommit(context);
    return { result, userErrors: [] };
  } catch (error) {
    if (error instanceof Trial) return { result: error.result as Result, userErrors: [] };
    const translated = translateDatabaseError(error);
    if (!(translated instanceof Refusal)) throw translated;
    // A mutation before it in the document may have ended the viewer's access: then the object is not shown either.
    if (access !== "NONE") await holdAccess(context.db.manager, context);
    return { result: null, userErrors: translated.userErrors.slice(0, limits.userErrors) };
  }
}

/** Thrown out of a transaction that is not to be committed; carries what came of it. */
class Trial extends Error {
  constructor(readonly result: unknown) {
    super("This was a trial.");
  }
}

function rethrow(error: unknown): never {
  throw error;
}

/** The transaction has been committed: an error that says "nothing was changed" would not be true. */
function doneButUnread(error: unknown): never {
  if (!(translateDatabaseError(error) instanceof GraphQLError)) throw error;
  throw apiError("SERVICE_UNAVAILABLE", "It was done, but cannot be shown at the moment: read it again.");
}
