import { GraphQLError } from "graphql";

/**
 * The codes of top-level errors (`errors[].extensions.code`) and the HTTP status of an answer that has nothing
 * but errors. What a person can mend in a form is a `UserError` in the payload instead: see `user-error.ts`.
 */
export const errorCodes = {
  GRAPHQL_PARSE_FAILED: { status: 400, meaning: "The document is not GraphQL, or has too many tokens." },
  GRAPHQL_VALIDATION_FAILED: { status: 400, meaning: "The document does not fit the schema." },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    meaning: "It is not clear which operation of the document to run.",
  },
  BAD_USER_INPUT: { status: 400, meaning: "A variable or an argument has a value that is not acceptable." },
  BAD_REQUEST: { status: 400, meaning: "The HTTP request is not a GraphQL request." },
  QUERY_TOO_LARGE: {
    status: 400,
    meaning: "The query, or its answer, is too large; what was done stays done.",
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    status: 200,
    meaning: "Send the document itself: the registry keeps none.",
  },
  UNAUTHENTICATED: {
    status: 401,
    meaning: "The API token is missing, malformed, unknown, expired or revoked.",
  },
  FORBIDDEN: {
    status: 403,
    meaning:
      "The token's role does not allow this; or a signed URL has expired, or is not one of the registry's.",
  },
  NOT_FOUND: { status: 404, meaning: "There is nothing at this URL." },
  METHOD_NOT_ALLOWED: { status: 405, meaning: "This URL does not know this HTTP method." },
  PRECONDITION_FAILED: {
    status: 412,
    meaning: "The file is not the one that the request's headers ask for.",
  },
  PAYLOAD_TOO_LARGE: { status: 413, meaning: "The request's body, or a file in it, is too large." },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    meaning: "The request's body is neither JSON nor a form with files.",
  },
  RANGE_NOT_SATISFIABLE: { status: 416, meaning: "The file has no bytes in this range." },
  INTERNAL_SERVER_ERROR: { status: 500, meaning: "A defect of the registry; report its `requestId`." },
  FILE_DAMAGED: {
    status: 500,
    meaning: "The bytes of the file are not as the registry has stored them; its operator has to look.",
  },
  SECRETS_NOT_CONFIGURED: {
    status: 501,
    meaning: "The registry has no key to encrypt secrets with; its operator sets `SECRET_KEYS`.",
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    meaning:
      "The database cannot be reached, or two changes met; the message says whether to try or to read again.",
  },
  UPLOAD_INCOMPLETE: {
    status: 400,
    meaning:
      "A file did not arrive whole: the body ended early, or a part of it is missing. Nothing is kept of it.",
  },
  REQUEST_TIMEOUT: { status: 408, meaning: "The request's body stalled, or arrived too slowly." },
  STORAGE_FULL: { status: 507, meaning: "The storage has no room for the file. Nothing is kept of it." },
  STORAGE_UNAVAILABLE: {
    status: 503,
    meaning:
      "The storage cannot be reached, or refuses what the registry asks for; try again, or see its connector.",
  },
  TIMEOUT: {
    status: 503,
    meaning: "It took too long and was given up; the message says whether anything was changed.",
  },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** An error that the client sees as it is. Anything else that is thrown is masked and logged. */
export function apiError(code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

export function queryTooLarge(expected: string): never {
  throw apiError("QUERY_TOO_LARGE", `Expected ${expected}.`);
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(errorCodes, code);
}
