import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GraphQLError } from "graphql";
import { type ErrorCode, errorCodes, isErrorCode } from "../errors.ts";
import { limits } from "../limits.ts";
import { translateError } from "./translate-error.ts";

/** Errors that arise before GraphQL, by the code that Fastify gives them. */
const known: { [code: string]: [ErrorCode, string] } = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    "UNSUPPORTED_MEDIA_TYPE",
    "Expected the content type application/json, or multipart/form-data with files.",
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: ["PAYLOAD_TOO_LARGE", `Expected a body of at most ${limits.body} bytes.`],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    "BAD_REQUEST",
    "Expected as many bytes as the header Content-Length says.",
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: ["BAD_REQUEST", "Expected a body that is JSON."],
  ERR_INVALID_URL: ["BAD_REQUEST", "Expected a Host header and an address that make a URL."],
  FST_ERR_CTP_EMPTY_JSON_BODY: ["BAD_REQUEST", "Expected a body that is JSON, got an empty one."],
};

/** Makes every error of the HTTP layer GraphQL JSON, so that a client needs one way to read errors. */
export function answerErrorsAsGraphQL(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const [code, message] = typed(error) ?? known[error.code] ?? (isBadRequest(error) ? badRequest : defect);
    if (code === "INTERNAL_SERVER_ERROR") request.log.error({ err: error }, "unexpected error");
    return send(reply, code, message, request.id);
  });
  app.setNotFoundHandler((request, reply) => {
    if (request.url.split("?")[0] !== "/graphql") {
      return send(reply, "NOT_FOUND", "There is nothing here; the API is at /graphql.", request.id);
    }
    reply.header("allow", "GET, POST");
    return send(reply, "METHOD_NOT_ALLOWED", `Expected GET or POST, got ${request.method}.`, request.id);
  });
}

/** An address that cannot be decoded never reaches a route. */
export function answerBadUrl(request: FastifyRequest, reply: FastifyReply) {
  return send(reply, "BAD_REQUEST", "Expected a URL that can be decoded.", request.id);
}

const responseType = "application/graphql-response+json";

const badRequest: [ErrorCode, string] = [
  "BAD_REQUEST",
  "Expected an HTTP request with a GraphQL operation as JSON.",
];
const defect: [ErrorCode, string] = ["INTERNAL_SERVER_ERROR", "Internal server error."];

/** What was thrown for the client to see. */
function typed(error: Error): [ErrorCode, string] | undefined {
  const translated = translateError(error);
  if (!(translated instanceof GraphQLError)) return undefined;
  const { code } = translated.extensions;
  return isErrorCode(code) ? [code, translated.message] : undefined;
}

function isBadRequest(error: FastifyError): boolean {
  return error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500;
}

function send(reply: FastifyReply, code: ErrorCode, message: string, requestId: string) {
  const extensions = code === "INTERNAL_SERVER_ERROR" ? { code, requestId } : { code };
  // A client that knows this type reads the errors whatever the status is; with plain JSON it may only read the status.
  const type = reply.request.headers.accept?.includes(responseType) ? responseType : "application/json";
  return reply
    .code(errorCodes[code].status)
    .type(`${type}; charset=utf-8`)
    .send(JSON.stringify({ errors: [{ message, extensions }] }));
}

/** The raw answer to bytes that are not HTTP, or that are too slow: there is no request yet that could be answered. */
export function rawError(error: Pick<NodeJS.ErrnoException, "code">): string {
  const [status, code, message] = rawErrors[error.code ?? ""] ?? notHttp;
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  const headers = [
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  return `HTTP/1.1 ${status}\r\n${headers.join("\r\n")}\r\n\r\n${body}`;
}

const notHttp: [status: string, ErrorCode, message: string] = [
  "400 Bad Request",
  "BAD_REQUEST",
  "Expected an HTTP request.",
];

const rawErrors: { [code: string]: [status: string, ErrorCode, message: string] } = {
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    "BAD_REQUEST",
    "The request's headers are too large.",
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    "408 Request Timeout",
    "REQUEST_TIMEOUT",
    `The request did not arrive within ${limits.request / 1_000} s.`,
  ],
};
