import type { ApolloServerPlugin } from "@apollo/server";
import { unwrapResolverError } from "@apollo/server/errors";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { stays } from "../budget.ts";
import type { Context } from "../context.ts";
import { errorCodes, isErrorCode } from "../errors.ts";
import { limits } from "../limits.ts";
import { Refusal } from "../user-error.ts";
import { limitAnswer } from "./answer.ts";
import { translateError } from "./translate-error.ts";
import { describeDocumentError } from "./value-free.ts";

/** What a client sees of an error: a published code, and never a trace, SQL or a path of the machine. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { locations, path } = formatted;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  const cause = translateError(unwrapResolverError(error));
  if (cause instanceof Refusal) {
    const [first] = cause.userErrors;
    return {
      message: cause.message,
      ...place,
      extensions: { code: "BAD_USER_INPUT", field: first?.field ?? null },
    };
  }
  const code =
    cause instanceof GraphQLError ? (cause.extensions.code ?? formatted.extensions?.code) : undefined;
  if (cause instanceof GraphQLError && isErrorCode(code) && code !== "INTERNAL_SERVER_ERROR") {
    const message = describeDocumentError(cause, code).slice(0, limits.message);
    return { message, ...place, extensions: { code } };
  }
  return { message: "Internal server error.", ...place, extensions: { code: "INTERNAL_SERVER_ERROR" } };
}

/** Logs what clients must not see, and gives an answer that has nothing but errors the status of its first code. */
export function errorPlugin(log: (error: unknown, requestId: string) => void): ApolloServerPlugin<Context> {
  return {
    async requestDidStart({ contextValue }) {
      const { requestId } = contextValue;
      return {
        async didEncounterErrors({ errors }) {
          for (const error of errors) {
            const formatted = formatError({ message: error.message, extensions: error.extensions }, error);
            if (formatted.extensions?.code === "INTERNAL_SERVER_ERROR")
              log(unwrapResolverError(error), requestId);
          }
        },
        async willSendResponse({ response: { body, http } }) {
          if (body.kind !== "single") return;
          body.singleResult = limitAnswer(contextValue, body.singleResult);
          if (!body.singleResult.errors) return;
          const { data, errors } = body.singleResult;
          body.singleResult.errors = errors.map((error) => completed(error, http.status, contextValue));
          if (data != null) return;
          const code = errors.map((error) => error.extensions?.code).find(isErrorCode);
          // 500 is Apollo's word for whatever it does not know, and an answer that has been taken back has none yet.
          if (code && (http.status ?? 500) === 500) http.status = errorCodes[code].status;
        },
      };
    },
  };
}

/**
 * The last details: a defect can be found in the log, Apollo has no code of its own for a mutation by GET, and who was
 * given up on wants to know what has been done.
 */
function completed(
  error: GraphQLFormattedError,
  status: number | undefined,
  context: Context,
): GraphQLFormattedError {
  const code = status === 405 ? "METHOD_NOT_ALLOWED" : error.extensions?.code;
  const isDefect = code === "INTERNAL_SERVER_ERROR";
  const message =
    code === "TIMEOUT"
      ? error.message.replace(/\.$/, `${stays(context) || "; nothing was changed"}.`)
      : error.message;
  const extensions = { ...error.extensions, code, ...(isDefect && { requestId: context.requestId }) };
  return { ...error, message, extensions };
}
