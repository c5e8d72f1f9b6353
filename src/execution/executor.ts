import type { ApolloServerOptionsWithGateway } from "@apollo/server";
import {
  type DocumentNode,
  execute,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from "graphql";
import type { Context } from "../context.ts";
import { limits } from "../limits.ts";
import { type Compiled, compile } from "./compile.ts";
import { coercedVariables, type Variables } from "./variables.ts";

type Gateway = ApolloServerOptionsWithGateway<Context>["gateway"];
type Executor = NonNullable<Awaited<ReturnType<Gateway["load"]>>["executor"]>;

/** How one operation is run, for one set of what `@skip` and `@include` say in it. */
interface Way {
  /** How often it has been asked for. */
  asked: number;
  /** Null when graphql-js has to run it. */
  compiled?: Compiled | null;
}

/** The ways of a document; they are known for as long as Apollo keeps it. */
interface Ways {
  /** The variables of `@skip` and `@include`. */
  deciding: string[];
  known: Map<string, Way>;
}

/**
 * Runs every operation as graphql-js does, and queries that are asked for often faster, compiled. What the compiler might do
 * in another way is left to graphql-js, and when it might have told an error in another way, graphql-js runs it again.
 */
export function compilingGateway(schema: GraphQLSchema, after: number = limits.compileAfter): Gateway {
  return {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: "" });
      return () => {};
    },
    async load() {
      return { executor: compilingExecutor(schema, after) };
    },
    async stop() {},
  };
}

function compilingExecutor(schema: GraphQLSchema, after: number): Executor {
  const documents = new WeakMap<DocumentNode, Ways>();
  return async ({ document, operation, request, context }) => {
    const variables = coercedVariables(context) ?? {};
    const ways = documents.get(document) ?? waysOf(document);
    documents.set(document, ways);
    // Without an operation, graphql-js tells why there is none.
    const run = operation && compiledFor(schema, ways, { document, operation, variables, after });
    const answer = await run?.(variables, context).catch(() => undefined);
    if (answer) return answer;
    return execute({
      schema,
      document,
      operationName: request.operationName,
      variableValues: request.variables,
      contextValue: run ? { ...context } : context, // it forgets what the first run has read and counted
    });
  };
}

function waysOf(document: DocumentNode): Ways {
  const deciding = new Set<string>();
  visit(document, {
    Directive(directive) {
      for (const { value } of directive.arguments ?? [])
        if (value.kind === Kind.VARIABLE) deciding.add(value.name.value);
    },
  });
  return { deciding: [...deciding], known: new Map() };
}

interface Asked {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Variables;
  after: number;
}

function compiledFor(
  schema: GraphQLSchema,
  { deciding, known }: Ways,
  { document, operation, variables, after }: Asked,
): Compiled | null | undefined {
  if (operation.operation !== OperationTypeNode.QUERY) return null;
  const name = JSON.stringify([operation.name?.value, ...deciding.map((each) => variables[each])]);
  const way = known.get(name) ?? { asked: 0 };
  if (known.size < limits.compiledWays) known.set(name, way);
  way.asked += 1;
  if (way.asked <= after || way.compiled !== undefined) return way.compiled;
  try {
    way.compiled = compile(schema, document, operation, variables);
  } catch {
    way.compiled = null;
  }
  return way.compiled;
}
