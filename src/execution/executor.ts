import type { ApolloServerOptionsWithGateway } from "@apollo/server";
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from "graphql";
import { forget } from "../batch.ts";
import type { Context } from "../context.ts";
import { limits } from "../limits.ts";
import { type Compiled, compile } from "./compile.ts";
import { coercedVariables, type Variables } from "./variables.ts";
import { type WrittenQuery, writeQuery } from "./write.ts";

type Gateway = ApolloServerOptionsWithGateway<Context>["gateway"];
type Executor = NonNullable<Awaited<ReturnType<Gateway["load"]>>["executor"]>;

/** How one operation is run, for one set of what `@skip` and `@include` say in it. */
interface Way {
  /** How often it has been asked for. */
  asked: number;
  /** Null when graphql-js has to run it. */
  compiled?: Compiled | null;
  /** Null when PostgreSQL cannot write its answer. */
  written?: WrittenQuery | null;
  /** How often it is not tried to have the answer written, since the last times could not be. */
  pause: { next: number; left: number };
}

/** The ways of a document; they are known for as long as Apollo keeps it. */
interface Ways {
  /** The variables of `@skip` and `@include`. */
  deciding: string[];
  known: Map<string, Way>;
}

interface Asked {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Variables;
}

/** The longest pause, so that what can be written again is not missed for long. */
const longestPause = 100;

/**
 * Runs every operation as graphql-js does, and queries faster: their answer is written by PostgreSQL where that can be,
 * and those that come often are compiled. What the compiler might do in
 * another way is left to graphql-js, and where it might have told an error in another way, graphql-js runs the query again.
 */
export function compilingGateway(
  schema: GraphQLSchema,
  { after = limits.compileAfter, write = true }: { after?: number | undefined; write?: boolean } = {},
): Gateway {
  tellTypesCalmly(schema);
  const queries = new Queries(schema, after);
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

/** Compiles what comes often, and forgets what has not come for the longest time when it would be too much. */
class Queries {
  readonly #schema: GraphQLSchema;
  readonly #after: number;
  readonly #documents = new WeakMap<DocumentNode, Ways>();
  /** In the order of their last use. */
  readonly #used = new Map<Way, Compiled>();
  #fields = 0;

  constructor(schema: GraphQLSchema, after: number) {
    this.#schema = schema;
    this.#after = after;
  }

  /** The answer, when PostgreSQL can write it. */
  async write(asked: Asked, way: Way, context: Context): Promise<ExecutionResult | undefined> {
    const { pause } = way;
    if (way.written === null || pause.left-- > 0) return undefined;
    try {
      way.written ??= writeQuery(this.#schema, asked.document, asked.operation, asked.variables);
      const answer = await way.written.run(asked.variables, context);
      pause.next = answer ? 0 : Math.min(longestPause, 2 * pause.next + 1);
      pause.left = pause.next;
      return answer;
    } catch {
      way.written = null;
      return undefined;
    }
  }

  /** The query, when it is compiled. */
  find(asked: Asked, way: Way): Compiled | null {
    way.asked += 1;
    if (way.asked <= this.#after) return null;
    const compiled = way.compiled === undefined ? this.#compile(asked) : way.compiled;
    way.compiled = compiled;
    if (compiled) this.#use(way, compiled);
    return compiled;
  }

  wayOf({ document, operation, variables }: Asked): Way {
    const ways = this.#documents.get(document) ?? waysOf(document);
    this.#documents.set(document, ways);
    const name = JSON.stringify([operation.name?.value, ...ways.deciding.map((each) => variables[each])]);
    const way = ways.known.get(name) ?? { asked: 0, pause: { next: 0, left: 0 } };
    if (ways.known.size < limits.compiledWays) ways.known.set(name, way);
    return way;
  }

  #compile({ document, operation, variables }: Asked): Compiled | null {
    try {
      return compile(this.#schema, document, operation, variables);
    } catch {
      return null;
    }
  }

  #use(way: Way, compiled: Compiled): void {
    if (!this.#used.delete(way)) this.#fields += compiled.fields;
    this.#used.set(way, compiled);
    for (const [oldest, { fields }] of this.#used) {
      if (this.#fields <= limits.compiledFieldsInAll) return;
      this.#used.delete(oldest);
      this.#fields -= fields;
      oldest.asked = 0;
      oldest.compiled = undefined;
    }
  }
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
