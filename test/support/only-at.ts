import {
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from "graphql";
import type { Operation } from "./print-query.ts";

/** What is left of a query when it asks only for what lies on a path of its answer. */
export function onlyAt({ query, variables }: Operation, path: readonly (string | number)[]): Operation {
  const { definitions } = parse(query);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const operation = definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  const keys = path.filter((step) => typeof step === "string");
  const selectionSet = operation && cut(operation.selectionSet, keys, fragments);
  if (!operation || !selectionSet) throw new Error("It is not asked for.");
  const used = usedVariables({ ...operation, selectionSet, variableDefinitions: [] });
  const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) =>
    used.has(variable.name.value),
  );
  const given = Object.entries(variables).filter(([name]) => used.has(name));
  return {
    query: print({ ...operation, selectionSet, variableDefinitions: variableDefinitions ?? [] }),
    variables: Object.fromEntries(given),
  };
}

function cut(
  set: SelectionSetNode,
  keys: readonly string[],
  fragments: Map<string, FragmentDefinitionNode>,
): SelectionSetNode | null {
  const [key, ...rest] = keys;
  const selections = set.selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) {
      if ((selection.alias ?? selection.name).value !== key) return [];
      if (rest.length === 0 || !selection.selectionSet) return [selection];
      const inner = cut(selection.selectionSet, rest, fragments);
      return inner ? [{ ...selection, selectionSet: inner }] : [];
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    const inner = fragment && cut(fragment.selectionSet, keys, fragments);
    if (!inner) return [];
    const { typeCondition } = fragment;
    const { directives } = selection;
    return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet: inner }];
  });
  return selections.length > 0 ? { ...set, selections } : null;
}

function usedVariables(operation: OperationDefinitionNode): Set<string> {
  const used = new Set<string>();
  visit(operation, {
    Variable({ name }) {
      used.add(name.value);
    },
  });
  return used;
}
