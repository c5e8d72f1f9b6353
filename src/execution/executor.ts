import type { ApolloServerOptionsWithGateway } from "@apollo/server";
import { execute, type GraphQLSchema, isAbstractType, OperationTypeNode } from "graphql";
import { forget } from "../batch.ts";
import type { Context } from "../context.ts";
import { limits } from "../limits.ts";
import { Queries, type Report } from "./queries.ts";
import { coercedVariables } from "./variables.ts";

type Gateway = ApolloServerOptionsWithGateway<Context>["gateway"];
type Executor = NonNullable<Awaited<ReturnType<Gateway["load"]>>["executor"]>;

interface Options {
  /** How often a query is asked for before it is compiled. */
  after?: number | undefined;
  /** Whether PostgreSQL writes answers. */
  write: boolean;
  report: Report;
}

/**
 * Runs every operation as graphql-js does, and queries faster: their answer is written by PostgreSQL where that can be,
 * and those that come often are compiled. What the compiler might do in another way is left to graphql-js, and where it might
 * have told an error in another way, graphql-js runs the query again.
 */
export function executingGateway(
  schema: GraphQLSchema,
  { after = limits.compileAfter, write, report }: Options,
): Gateway {
  tellTypesCalmly(schema);
  const queries = new Queries(schema, after, report);
  const executor: Executor = async ({ document, operation, request, context }) => {
    const variables = coercedVariables(context) ?? {};
    // Without an operation, graphql-js tells why there is none.
    const asked =
      operation?.operation === OperationTypeNode.QUERY ? { document, operation, variables } : undefined;
    const way = asked && queries.wayOf(asked);
    if (write && way && context.readAhead) {
      const written = await queries.write(asked, way, context as Context);
      if (written) return written;
    }
    const compiled = way && queries.find(asked, way);
    const answer = await compiled?.run(variables, context).catch(() => undefined);
    if (answer) return answer;
    if (compiled) forget(context as Context);
    return execute({
      schema,
      document,
      operationName: request.operationName,
      variableValues: request.variables,
      contextValue: compiled ? { ...context } : context, // it forgets what the first run has read and counted
    });
  };
  return {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: "" });
      return () => {};
    },
    async load() {
      return { executor };
    },
    async stop() {},
  };
}

/** An error that is thrown between two resolvers would leave a compiled query without an answer. */
function tellTypesCalmly(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isAbstractType(type) || !type.resolveType) continue;
    const { resolveType } = type;
    type.resolveType = (...asked) => {
      try {
        return resolveType(...asked);
      } catch {
        return undefined; // which is an error, as it has to be
      }
    };
  }
}
