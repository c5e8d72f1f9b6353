import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  isCompositeType,
  isUnionType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
  type VariableDefinitionNode,
} from "graphql";
import type { Variables } from "./variables.ts";

export type Fragments = { [name: string]: FragmentDefinitionNode };

/** Why an operation is left to graphql-js. */
export class Unfit extends Error {}

/** An operation as it is compiled: see `specialize`. */
export interface Special {
  operation: OperationDefinitionNode;
  fragments: Fragments;
  /** Of each field above: the one that the client has written. */
  written: Map<FieldNode, FieldNode>;
  /** The variables of a request, and those that stand for arguments. @throws what graphql-js says of an argument */
  complete(variables: Variables): Variables;
}

/** A field whose arguments are given by variables, whose names begin with `prefix`. */
interface Given {
  field: GraphQLField<unknown, unknown>;
  node: FieldNode;
  prefix: string;
}

/** Begins the names of variables that stand for arguments. */
const reserved = "__argument";

/**
 * Rewrites a query until nothing is left to be evaluated in which the compiler differs from graphql-js: what `@skip` and
 * `@include` say is decided, for variables with these values; each argument is a variable, whose value graphql-js gives;
 * and variables have a type that changes nothing. Every node keeps its place in the source.
 *
 * @throws when graphql-js has to run it
 */
export function specialize(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): Special {
  const all = fragmentsOf(document);
  const fragments: Fragments = {};
  const written = new Map<FieldNode, FieldNode>();
  const given: Given[] = [];

  const specialSet = (set: SelectionSetNode, type: GraphQLCompositeType): SelectionSetNode => {
    const selections = set.selections.filter((each) => isIncluded(each, variables));
    return { ...set, selections: selections.map((each) => special(each, type)) };
  };
  const special = (selection: SelectionNode, type: GraphQLCompositeType): SelectionNode => {
    if (selection.kind === Kind.FIELD) return specialField(selection, type);
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const { value: name } = selection.name;
      const fragment = all[name];
      if (fragment && !fragments[name]) {
        const on = typeNamed(schema, fragment.typeCondition);
        fragments[name] = { ...fragment, selectionSet: specialSet(fragment.selectionSet, on) };
      }
      return { ...selection, directives: [] };
    }
    const on = selection.typeCondition ? typeNamed(schema, selection.typeCondition) : type;
    return { ...selection, directives: [], selectionSet: specialSet(selection.selectionSet, on) };
  };
  const specialField = (node: FieldNode, parent: GraphQLCompositeType): FieldNode => {
    const field = fieldOf(parent, node);
    const prefix = `${reserved}${given.length}_`;
    if (node.arguments?.length) given.push({ field, node, prefix });
    const type = getNamedType(field.type);
    const copy: FieldNode = {
      ...node,
      directives: [],
      arguments: (node.arguments ?? []).map((each) => ({
        ...each,
        value: variable(prefix + each.name.value),
      })),
      ...(node.selectionSet &&
        isCompositeType(type) && { selectionSet: specialSet(node.selectionSet, type) }),
    };
    written.set(copy, node);
    return copy;
  };

  const root = schema.getRootType(operation.operation);
  if (!root) throw new Unfit("There is no such root.");
  const selectionSet = specialSet(operation.selectionSet, root);
  const names = [
    ...(operation.variableDefinitions ?? []).map((each) => each.variable.name.value),
    ...given.flatMap(({ node, prefix }) => (node.arguments ?? []).map((each) => prefix + each.name.value)),
  ];
  if (new Set(names).size < names.length) throw new Unfit("A variable has a reserved name.");
  return {
    operation: { ...operation, directives: [], variableDefinitions: names.map(definition), selectionSet },
    fragments,
    written,
    complete: (values) => complete(values, given),
  };
}

export function fragmentsOf({ definitions }: DocumentNode): Fragments {
  const fragments: Fragments = {};
  for (const each of definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments[each.name.value] = each;
  return fragments;
}

export function fieldOf(parent: GraphQLCompositeType, { name }: FieldNode): GraphQLField<unknown, unknown> {
  if (name.value === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  const field = isUnionType(parent) ? undefined : parent.getFields()[name.value];
  if (field) return field;
  throw new Unfit("Introspection is not compiled.");
}

export function typeNamed(schema: GraphQLSchema, { name }: NamedTypeNode): GraphQLCompositeType {
  const type = schema.getType(name.value);
  if (isCompositeType(type)) return type;
  throw new Unfit("There is no such type.");
}

function isIncluded(node: SelectionNode, variables: Variables): boolean {
  if (!node.directives?.length) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
}

function variable(name: string) {
  return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } } as const;
}

/** JSON takes any value as it is. */
function definition(name: string): VariableDefinitionNode {
  const type = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: "JSON" } } as const;
  return { kind: Kind.VARIABLE_DEFINITION, variable: variable(name), type };
}

function complete(variables: Variables, given: Given[]): Variables {
  const completed = { ...variables };
  for (const { field, node, prefix } of given) {
    const values = getArgumentValues(field, node, variables);
    for (const { name, value } of node.arguments ?? []) {
      // The default of a variable's place is that of the type that is found, be it selected by an interface.
      const isOmitted = value.kind === Kind.VARIABLE && variables[value.name.value] === undefined;
      if (!isOmitted) completed[prefix + name.value] = values[name.value];
    }
  }
  return completed;
}
