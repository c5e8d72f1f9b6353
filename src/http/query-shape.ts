import {
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from "graphql";
import { queryTooLarge } from "../errors.ts";
import { limits } from "../limits.ts";

/**
 * Refuses a document by its shape alone, with each fragment counted wherever it is spread.
 *
 * @throws GraphQLError with the code QUERY_TOO_LARGE
 */
export function checkShape(document: DocumentNode): void {
  if (admitted.has(document)) return;
  const aliases = countAliases(document);
  if (aliases > limits.aliases) queryTooLarge(`at most ${limits.aliases} aliases, got ${aliases}`);

  const fragments = new Map(document.definitions.filter(isFragment).map((each) => [each.name.value, each]));
  const sizes = new Map<string, Size>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, nesting, selections } = sizeOf(definition.selectionSet, fragments, sizes);
    if (depth > limits.depth) queryTooLarge(`at most ${limits.depth} levels, got ${depth}`);
    if (nesting > limits.nesting)
      queryTooLarge(`at most ${limits.nesting} levels, fragments counted, got ${nesting}`);
    if (selections > limits.selections)
      queryTooLarge(`at most ${limits.selections} fields, fragments written out`);
  }
  admitted.add(document);
}

const admitted = new WeakSet<DocumentNode>();

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
