import { GraphQLError } from "graphql";
import { apiError } from "../../errors.ts";

/** What is wrong with a multipart request. It never repeats what came: names and variables can be secrets. */
export function badForm(message: string): never {
  throw badRequest(message);
}

export function incomplete(what: string): GraphQLError {
  return apiError("UPLOAD_INCOMPLETE", `Expected ${what}.`);
}

export function unexpectedPart(): GraphQLError {
  return badRequest("Expected one part for each file in map, and no other after it.");
}

/** An error of the parser, or of the body that it reads. */
export function describeFailure(error: Error): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (/^Malformed part header/.test(error.message))
    return badRequest("Expected parts with headers as RFC 7578 has them.");
  return incomplete("the whole body, got its beginning");
}

function badRequest(message: string): GraphQLError {
  return apiError("BAD_REQUEST", message);
}
