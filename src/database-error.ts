import type { GraphQLError } from "graphql";
import { QueryFailedError } from "typeorm";
import { apiError } from "./errors.ts";
import { limits } from "./limits.ts";
import { Refusal, type UserError, type UserErrorCode } from "./user-error.ts";

const constraints = new Map<string, UserError>();

/** Declares what a client is told when the database refuses a row by this constraint. */
export function onConstraint(
  name: string,
  code: UserErrorCode,
  field: string[] | null,
  message: string,
): void {
  constraints.set(name, { code, field, message });
}

const codes = new Map<string, () => GraphQLError>();

/** Declares what a client is told when a function of the registry raises an error with this code. */
export function onErrorCode(code: string, error: () => GraphQLError): void {
  codes.set(code, error);
}

/** Tells what the database refuses at another argument than the usual one. */
export async function refusedAt<Result>(field: string[], write: Promise<Result>): Promise<Result> {
  try {
    return await write;
  } catch (error) {
    const translated = translateDatabaseError(error);
    if (!(translated instanceof Refusal)) throw error;
    throw new Refusal(translated.userErrors.map((each) => ({ ...each, field })));
  }
}

/** What PostgreSQL's driver adds to its errors. */
interface DriverError {
  code?: string;
  constraint?: string;
}

/**
 * What a client is told of an error that came out of the database: a refusal for a known constraint, a typed error
 * when the database is away or slow or was given impossible text. Any other error is returned as it is.
 */
export function translateDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code = "", constraint = "" }: DriverError =
    error instanceof QueryFailedError ? error.driverError : error;
  const known = constraints.get(constraint);
  if (known) return new Refusal([known]);
  const declared = codes.get(code);
  if (declared) return declared();
  if (code === "57014" || code === "55P03") {
    return apiError("TIMEOUT", `It took longer than ${limits.statement / 1_000} s and was given up.`);
  }
  if (code.startsWith("22"))
    return apiError(
      "BAD_USER_INPUT",
      "Expected text without NUL characters, and cursors as they were given out.",
    );
  if (code === "40P01" || code === "40001" || code === "0A000") {
    return apiError(
      "SERVICE_UNAVAILABLE",
      "It came into the way of another change, and nothing was changed; try again.",
    );
  }
  if (/timeout exceeded when trying to connect/.test(error.message)) {
    return apiError(
      "SERVICE_UNAVAILABLE",
      "The registry is too busy, or its database cannot be reached; try again.",
    );
  }
  if (isAway(error, code))
    return apiError("SERVICE_UNAVAILABLE", "The database cannot be reached at the moment; try again.");
  return error;
}

/** Classes 08, 53 and 57P of SQLSTATE, the socket's errors, and what the pool and TypeORM throw without a code. */
function isAway(error: Error, code: string): boolean {
  return (
    /^(08|53|57P)/.test(code) ||
    /^(ECONN|EPIPE|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EAI_AGAIN|ENOENT)/.test(code) ||
    /connection terminated|timeout exceeded when trying to connect|not connected|Driver not Connected|client has encountered a connection error|already released/i.test(
      error.message,
    )
  );
}
