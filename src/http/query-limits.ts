import { createRequire } from "node:module";
import {
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  getVariableValues,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from "graphql";
import type { ComplexityEstimatorArgs } from "graphql-query-complexity";
import { apiError } from "../errors.ts";
import { limits } from "../limits.ts";

// Its ES module build loads a second copy of graphql, whose classes are not those of our schema.
const { getComplexity }: typeof import("graphql-query-complexity") = createRequire(import.meta.url)(
  "graphql-query-complexity",
);

/**
 * Refuses a document by its shape alone, with each fragment counted wherever it is spread.
 *
 * @throws GraphQLError with the code QUERY_TOO_LARGE
 */
export function checkShape(document: DocumentNode): void {
  const aliases = countAliases(document);
  if (aliases > limits.aliases) tooLarge(`at most ${limits.aliases} aliases, got ${aliases}`);

  const fragments = new Map(document.definitions.filter(isFragment).map((each) => [each.name.value, each]));
  const sizes = new Map<string, Size>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, nesting, selections } = sizeOf(definition.selectionSet, fragments, sizes);
    if (depth > limits.depth) tooLarge(`at most ${limits.depth} levels, got ${depth}`);
    if (nesting > limits.nesting)
      tooLarge(`at most ${limits.nesting} levels, fragments counted, got ${nesting}`);
    if (selections > limits.selections)
      tooLarge(`at most ${limits.selections} fields, fragments written out`);
  }
}

function countAliases(document: DocumentNode): number {
  let aliases = 0;
  visit(document, {
    Field(field) {
      if (field.alias) aliases += 1;
    },
  });
  return aliases;
}

/** Levels of fields, levels of braces, and selections, when every fragment is written out where it is spread. */
interface Size {
  depth: number;
  nesting: number;
  selections: number;
}

/** Each fragment is measured once; one that spreads itself counts as empty here, and validation refuses it. */
function sizeOf(
  set: SelectionSetNode,
  fragments: Map<string, FragmentDefinitionNode>,
  sizes: Map<string, Size>,
): Size {
  const total: Size = { depth: 0, nesting: 0, selections: 0 };
  for (const selection of set.selections) {
    const isField = selection.kind === Kind.FIELD ? 1 : 0;
    const inner = innerSize(selection, fragments, sizes);
    total.depth = Math.max(total.depth, inner.depth + isField);
    total.nesting = Math.max(total.nesting, inner.nesting + 1);
    total.selections += inner.selections + 1;
  }
  return total;
}

function innerSize(
  selection: SelectionNode,
  fragments: Map<string, FragmentDefinitionNode>,
  sizes: Map<string, Size>,
): Size {
  const nothing: Size = { depth: 0, nesting: 0, selections: 0 };
  if (selection.kind !== Kind.FRAGMENT_SPREAD) {
    return selection.selectionSet ? sizeOf(selection.selectionSet, fragments, sizes) : nothing;
  }
  const name = selection.name.value;
  const fragment = fragments.get(name);
  if (fragment && !sizes.has(name)) {
    sizes.set(name, nothing);
    sizes.set(name, sizeOf(fragment.selectionSet, fragments, sizes));
  }
  return sizes.get(name) ?? nothing;
}

function isFragment(node: ASTNode): node is FragmentDefinitionNode {
  return node.kind === Kind.FRAGMENT_DEFINITION;
}

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
  // One is enough to know: each further one would cost more than it tells.
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: 1,
  });
  const [wrong] = errors ?? [];
  if (wrong) {
    throw new GraphQLError(wrong.message, {
      nodes: wrong.nodes ?? null,
      extensions: { code: "BAD_USER_INPUT" },
    });
  }
  const operationName = operation.name && { operationName: operation.name.value };
  const cost = getComplexity({ schema, query, variables, estimators: [costOf], ...operationName });
  if (cost > limits.cost) tooLarge(`a cost of at most ${limits.cost}, got ${cost}; ask for smaller pages`);
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

function tooLarge(expected: string): never {
  throw apiError("QUERY_TOO_LARGE", `Expected ${expected}.`);
}
