import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  locatedError,
  type OperationDefinitionNode,
} from "graphql";
import { compileQuery, isCompiledQuery } from "graphql-jit";
import { limits } from "../limits.ts";
import { Refusal } from "../user-error.ts";
import { measure } from "./measure.ts";
import { fragmentsOf, specialize, Unfit } from "./specialize.ts";
import type { Variables } from "./variables.ts";

export interface Compiled {
  /** Undefined when the answer is not sure to be that of graphql-js, which then runs the query itself. */
  run(variables: Variables, context: unknown): Promise<ExecutionResult | undefined>;
  /** How many fields have been compiled for it. */
  fields: number;
}

/**
 * Compiles a query, for variables of `@skip` and `@include` that have these values.
 *
 * @throws when graphql-js has to run it
 */
export function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): Compiled {
  const special = specialize(schema, document, operation, variables);
  const size = measure(schema, special, limits.compiledFields);
  const fragments = fragmentsOf(document);
  const definitions = [special.operation, ...Object.values(special.fragments)];
  const compiled = compileQuery(schema, { kind: document.kind, definitions }, undefined, {
    // What a resolver is told of the query is what the client has written.
    resolverInfoEnricher: ({ fieldNodes }) => ({
      fieldNodes: fieldNodes.map((node) => special.written.get(node) ?? node),
      fragments,
      operation,
    }),
  });
  if (!isCompiledQuery(compiled)) throw new Unfit("It cannot be compiled.");

  const fields = new Map([...special.written.values()].map((node) => [placeOf(node), node]));
  return {
    async run(given, context) {
      const result = await compiled.query(undefined, context, special.complete(given));
      return checked(result, fields);
    },
    fields: size,
  };
}

/**
 * The answer with its errors as graphql-js gives them. Undefined when that is not sure: which of several errors makes a field
 * null, graphql-js decides in another way, and it has other words for a result that cannot be.
 */
function checked(
  { data, errors }: ExecutionResult,
  fields: Map<string, FieldNode>,
): ExecutionResult | undefined {
  if (!errors) return { data };
  if (data === undefined || errors.some(({ originalError }) => !originalError)) return undefined;
  // What the database could not do is not asked of it again; but an item of a list that was rejected stands in a wrong place.
  const isRepeatable = errors.every(({ originalError }) => isTyped(originalError));
  const beyond = errors.filter(({ path }) => !isNullAt(path, data));
  if (beyond.some(({ path }) => isRepeatable || typeof path?.at(-1) === "number")) return undefined;
  const located = errors.map(({ originalError, path, locations = [] }) => {
    const nodes = locations.flatMap(({ line, column }) => fields.get(`${line}:${column}`) ?? []);
    return locatedError(originalError, nodes, path);
  });
  return { errors: located, data };
}

function isTyped(error: unknown): boolean {
  return error instanceof GraphQLError || error instanceof Refusal;
}

/** Whether a field is null, and none that it stands in. */
function isNullAt(path: readonly (string | number)[] = [], data: unknown): boolean {
  let value = data;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return false;
    value = (value as { [step: string]: unknown })[step];
  }
  return value === null;
}

function placeOf({ loc }: FieldNode): string {
  return `${loc?.startToken.line}:${loc?.startToken.column}`;
}
