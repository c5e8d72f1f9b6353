import { GraphQLError, type GraphQLSchema, getVariableValues, type OperationDefinitionNode } from "graphql";
import { describeVariableError } from "../http/value-free.ts";

export type Variables = { [name: string]: unknown };

const coerced = new WeakMap<object, Variables>();

/**
 * The values of an operation's variables as graphql-js gives them to resolvers, once for each request.
 *
 * @throws GraphQLError with the code BAD_USER_INPUT
 */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  given: Variables,
  context: object,
): Variables {
  // One error is enough to know: each further one would cost more than it tells.
  const result = getVariableValues(schema, operation.variableDefinitions ?? [], given, { maxErrors: 1 });
  const [wrong] = result.errors ?? [];
  if (wrong) {
    throw new GraphQLError(describeVariableError(schema, wrong, given), {
      nodes: wrong.nodes ?? null,
      extensions: { code: "BAD_USER_INPUT" },
    });
  }
  const values = result.coerced ?? {};
  coerced.set(context, values);
  return values;
}

/** What `coerceVariables` gave in this request. */
export function coercedVariables(context: object): Variables | undefined {
  return coerced.get(context);
}
