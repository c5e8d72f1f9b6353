import { createRequire } from "node:module";
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  visit,
} from "graphql";
import type { ComplexityEstimatorArgs } from "graphql-query-complexity";
import { apiError, queryTooLarge } from "../errors.ts";
import type { Variables } from "../execution/variables.ts";
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
  variables: { given: Variables; coerced: Variables },
): void {
  const { decisive, known } = costs.get(operation) ?? newCosts(query);
  costs.set(operation, { decisive, known });
  const names = (operation.variableDefinitions ?? []).map((each) => each.variable.name.value);
  const key = names.map((name) => partInCost(variables.coerced[name], decisive.has(name))).join();
  const operationName = operation.name && { operationName: operation.name.value };
  const cost =
    known.get(key) ??
    costIn({ schema, query, variables: variables.given, estimators: [costOf], ...operationName });
  if (known.size >= limits.knownCosts) known.clear();
  known.set(key, cost);
  if (cost > limits.cost)
    queryTooLarge(`a cost of at most ${limits.cost}, got ${cost}; ask for smaller pages`);
}

interface Costs {
  /** Variables that say how long a list is, or whether something is selected. */
  decisive: Set<string>;
  /** By what the variables have to do with it. */
  known: Map<string, number>;
}

const costs = new WeakMap<OperationDefinitionNode, Costs>();

function newCosts(query: DocumentNode): Costs {
  const decisive = new Set<string>();
  visit(query, {
    Argument({ name, value }) {
      if (value.kind === Kind.VARIABLE && ["first", "last", "ids", "if"].includes(name.value))
        decisive.add(value.name.value);
    },
  });
  return { decisive, known: new Map() };
}

/** Of other variables it only matters whether they are there: not everywhere may one be missing. */
function partInCost(value: unknown, isDecisive: boolean): string {
  if (value === undefined || value === null) return String(value);
  if (!isDecisive || typeof value === "string") return "given";
  return String(Array.isArray(value) ? value.length : value);
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
