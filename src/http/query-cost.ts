import { createRequire } from "node:module";
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
} from "graphql";
import type { ComplexityEstimatorArgs } from "graphql-query-complexity";
import { apiError, queryTooLarge } from "../errors.ts";
import { limits } from "../limits.ts";
import { describeDocumentError } from "./value-free.ts";

// Its ES module build loads a second copy of graphql, whose classes are not those of our schema.
const { getComplexity }: typeof import("graphql-query-complexity") = createRequire(import.meta.url)(
  "graphql-query-complexity",
);

/**
 * Refuses an operation whose answer could hold too many fields: every page taken as full, every other list as long
 * as its `first` or its `ids` say, or as `typicalList`.
 *
 * @throws GraphQLError with the code QUERY_TOO_LARGE
 */
export function checkCost(
  schema: GraphQLSchema,
  query: DocumentNode,
  operation: OperationDefinitionNode,
  variables: { [name: string]: unknown },
): void {
  const operationName = operation.name && { operationName: operation.name.value };
  const cost = costIn({ schema, query, variables, estimators: [costOf], ...operationName });
  if (cost > limits.cost)
    queryTooLarge(`a cost of at most ${limits.cost}, got ${cost}; ask for smaller pages`);
}

/** A null variable in the place of an argument that has a default is found by no rule before this one. */
function costIn(options: Parameters<typeof getComplexity>[0]): number {
  try {
    return getComplexity(options);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw apiError("BAD_USER_INPUT", describeDocumentError(error, "BAD_USER_INPUT"));
  }
}

/** Objects that a list without `first` is taken to hold. */
const typicalList = 10;

function costOf({ type, field, args, childComplexity }: ComplexityEstimatorArgs): number {
  return (
    1 +
    childComplexity * lengthOf(type.name, field.name, getNamedType(field.type).name, isList(field.type), args)
  );
}

function lengthOf(
  parent: string,
  name: string,
  type: string,
  list: boolean,
  args: { [name: string]: unknown },
) {
  // The connection itself has been multiplied by its page: its `nodes` and `edges` are that page.
  if (parent.endsWith("Connection") && ["nodes", "edges"].includes(name)) return 1;
  if (type.endsWith("Connection")) return size(args.last ?? args.first ?? limits.defaultPage);
  if (!list) return 1;
  return Array.isArray(args.ids) ? args.ids.length : size(args.first ?? typicalList);
}

/** A negative page is refused when it is read; here it must not pay for its neighbours. */
function size(argument: unknown): number {
  return Math.max(0, Number(argument));
}

function isList(type: unknown): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}
