import {
  coerceInputValue,
  type GraphQLError,
  type GraphQLSchema,
  isInputType,
  Kind,
  typeFromAST,
} from "graphql";
import type { ErrorCode } from "../errors.ts";

/*
 * graphql-js repeats a wrong value in its message, with all that stands beside it in the same object. Any of that can
 * be a secret, and clients log messages. So a message says where a wrong value stands, and what it should be.
 */

/** What is wrong with a variable, from graphql-js's error about it. */
export function describeVariableError(
  schema: GraphQLSchema,
  wrong: GraphQLError,
  variables: { [name: string]: unknown },
): string {
  const [definition] = wrong.nodes ?? [];
  if (!wrong.originalError || definition?.kind !== Kind.VARIABLE_DEFINITION) return wrong.message; // it has no value
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type);
  if (!isInputType(type)) return wrong.message;
  let place = `$${name}`;
  let reason = `Expected type "${type}".`;
  try {
    coerceInputValue(variables[name], type, (path, value, { message }) => {
      place = [place, ...path].join(".");
      reason = withoutValue(message, typeof value === "object");
      throw wrong; // the first is enough
    });
  } catch {
    // It has been found.
  }
  return `Variable "${place}": ${reason}`;
}

/** The message of an error in a document, in which values can stand too. */
export function describeDocumentError({ message, nodes }: GraphQLError, code: ErrorCode): string {
  if (code === "GRAPHQL_PARSE_FAILED") return message.replace(/\b(String|BlockString|Int|Float) ".*"/s, "$1");
  // A variable that is null or missing, where null cannot be: graphql-js prints all of the argument around it.
  const argument = /^Argument "\w+" has invalid value /.exec(message);
  if (argument)
    return `${argument[0].trimEnd()}: a variable in it is null or missing where a value is needed.`;
  const kind = nodes?.[0]?.kind;
  return withoutValue(message, kind === Kind.OBJECT || kind === Kind.LIST);
}

/** A number or a name that is wrong in its own place is no secret, and helps to see the mistake. */
function withoutValue(message: string, isComposite: boolean): string {
  const canBeSecret = isComposite || /^(String cannot|Boolean cannot|Expected value of type) /.test(message);
  return canBeSecret ? message.replace(/(?:(?<=value): |, found ).*$/s, ".") : message;
}
