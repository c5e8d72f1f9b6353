import type { ApolloServerPlugin } from "@apollo/server";
import type { GraphQLSchema } from "graphql";
import type { Context } from "../context.ts";
import { apiError } from "../errors.ts";
import { coerceVariables } from "../execution/variables.ts";
import { checkCost } from "./query-cost.ts";
import { checkShape } from "./query-shape.ts";

/** Refuses what is too large to be run, before anything of it runs. */
export function queryLimits(schema: GraphQLSchema): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, operation, request, contextValue }) {
          checkShape(document);
          if (!operation) return;
          if (!schema.getRootType(operation.operation)) {
            const message = `Expected a query or a mutation, got a ${operation.operation}.`;
            throw apiError("OPERATION_RESOLUTION_FAILURE", message);
          }
          const given = request.variables ?? {};
          const coerced = coerceVariables(schema, operation, given, contextValue);
          checkCost(schema, document, operation, { given, coerced });
        },
      };
    },
  };
}
