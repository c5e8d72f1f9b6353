import {
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  GraphQLObjectType,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

/** What a client asks for of the objects of one type: the braces that it wrote for them, maybe in several places. */
export interface Selection {
  info: Pick<GraphQLResolveInfo, "schema" | "fragments" | "variableValues">;
  type: GraphQLObjectType;
  sets: readonly SelectionSetNode[];
}

/** The selected fields by the key that they have in the answer, as graphql-js collects them. */
export function fieldsOf({ info, type, sets }: Selection): Map<string, FieldNode[]> {
  const found = new Map<string, FieldNode[]>();
  const collect = (set: SelectionSetNode) => {
    for (const selection of set.selections) {
      if (selection.directives?.length && isLeftOut(selection, info.variableValues)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const nodes = found.get(key);
        if (nodes) nodes.push(selection);
        else found.set(key, [selection]);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : info.fragments[selection.name.value];
      if (fragment && applies(info, fragment.typeCondition?.name.value, type)) collect(fragment.selectionSet);
    }
  };
  for (const set of sets) collect(set);
  return found;
}

/** What is selected below a field; null when it has no fields. */
export function below(info: Selection["info"], type: unknown, nodes: readonly FieldNode[]): Selection | null {
  const named = getNamedType(type as GraphQLNamedType);
  return isObjectType(named) ? { info, type: named, sets: setsOf(nodes) } : null;
}

/** Characters of the variables of a request for which it is worth while to read ahead. */
const longest = 100_000;

const lengths = new WeakMap<object, number>();

/** What a resolver can read ahead; null when nothing is to be, or it would cost more than it spares. */
export function ahead(
  { readAhead }: { readAhead: boolean },
  info: GraphQLResolveInfo | undefined,
  typeName: string | null,
): Selection | null {
  // Of a field that stands in the document twice, variables can leave one out: it would be planned for each row.
  if (!readAhead || info?.fieldNodes.length !== 1) return null;
  return areLong(info.variableValues) ? null : selectionOf(info, typeName);
}

/** Whether the variables of a request are so long that nothing is read ahead for it. */
export function areLong(variables: GraphQLResolveInfo["variableValues"]): boolean {
  const length = lengths.get(variables) ?? JSON.stringify(variables).length;
  lengths.set(variables, length);
  return length > longest;
}

/**
 * What is selected of the objects of a type that a resolver gives: itself, or in a field of its payload.
 *
 * @param typeName null: of whatever type it is.
 */
function selectionOf(info: GraphQLResolveInfo, typeName: string | null): Selection | null {
  const given = getNamedType(info.returnType);
  const type = typeName === null ? given : info.schema.getType(typeName);
  if (!(type instanceof GraphQLObjectType)) return null;
  if (given === type || (isAbstractType(given) && info.schema.isSubType(given, type)))
    return { info, type, sets: setsOf(info.fieldNodes) };
  if (!isObjectType(given)) return null;
  const fields = fieldsOf({ info, type: given, sets: setsOf(info.fieldNodes) });
  const inPayload = [...fields.values()].flat().filter(({ name }) => {
    const field = given.getFields()[name.value];
    return field && getNamedType(field.type) === type;
  });
  return { info, type, sets: setsOf(inPayload) };
}

export function setsOf(nodes: readonly FieldNode[]): SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
}

function isLeftOut(selection: SelectionNode, variables: GraphQLResolveInfo["variableValues"]): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
  return skip?.if === true || include?.if === false;
}

function applies({ schema }: Selection["info"], condition: string | undefined, type: GraphQLObjectType) {
  if (condition === undefined || condition === type.name) return true;
  const wider = schema.getType(condition);
  return isAbstractType(wider) && schema.isSubType(wider, type);
}

const used = new WeakMap<FieldNode, readonly string[]>();

/** The variables that anything below a field depends on, its own arguments not included. */
export function variablesBelow(
  node: FieldNode,
  fragments: GraphQLResolveInfo["fragments"],
): readonly string[] {
  const known = used.get(node);
  if (known) return known;
  const found = new Set<string>();
  const spread = new Set<string>();
  const search = (part: unknown) => {
    if (Array.isArray(part)) for (const each of part) search(each);
    else if (typeof part === "object" && part !== null && "kind" in part) {
      if (part.kind === Kind.VARIABLE) found.add((part as unknown as FieldNode).name.value);
      if (part.kind === Kind.FRAGMENT_SPREAD) {
        const { value } = (part as unknown as FieldNode).name;
        if (!spread.has(value)) {
          spread.add(value);
          search(fragments[value]?.selectionSet);
        }
      }
      for (const [name, each] of Object.entries(part)) if (name !== "loc") search(each);
    }
  };
  search(node.selectionSet);
  used.set(node, [...found]);
  return [...found];
}
