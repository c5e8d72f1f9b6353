import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type SelectionSetNode,
} from "graphql";
import { fieldOf, type Special, typeNamed, Unfit } from "./specialize.ts";

/** Where a field stands in the answer: as a path, and as the name by which the compiler knows it. */
interface Place {
  path: string;
  name: string;
  lists: number;
}

/**
 * Counts the fields that are to be compiled: each of them once for each type of object that can be there.
 *
 * @throws Unfit above `most`, and where the compiler would take one field for another
 */
export function measure(schema: GraphQLSchema, { operation, fragments }: Special, most: number): number {
  const paths = new Map<string, string>();
  let fields = 0;

  const measureSet = (set: SelectionSetNode, type: GraphQLObjectType, place: Place): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) measureField(selection, type, place);
      else {
        const fragment =
          selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
        const on = fragment?.typeCondition && typeNamed(schema, fragment.typeCondition);
        if (fragment && (!on || isPossible(schema, on, type))) measureSet(fragment.selectionSet, type, place);
      }
    }
  };
  const measureField = (node: FieldNode, parent: GraphQLObjectType, place: Place): void => {
    fields += 1;
    if (fields > most) throw new Unfit(`More than ${most} fields are not compiled.`);
    const key = node.alias?.value ?? node.name.value;
    if (key.startsWith("__") && node.alias) throw new Unfit("The compiler has such names of its own.");
    const field = fieldOf(parent, node);
    const own = step(place, key);
    const at = itemOf(field.type, own);
    for (const { name, path } of [own, at]) {
      // Steps are joined by underscores, which can be in a name too.
      if ((paths.get(name) ?? path) !== path) throw new Unfit("Two fields have the same name.");
      paths.set(name, path);
    }
    const type = getNamedType(field.type);
    if (!node.selectionSet || !isCompositeType(type)) return;
    for (const possible of isAbstractType(type) ? schema.getPossibleTypes(type) : [type])
      measureSet(node.selectionSet, possible, isAbstractType(type) ? step(at, possible.name) : at);
  };

  const root = schema.getRootType(operation.operation);
  if (root) measureSet(operation.selectionSet, root, { path: "", name: "", lists: 0 });
  return fields;
}

function isPossible(schema: GraphQLSchema, type: GraphQLCompositeType, object: GraphQLObjectType): boolean {
  return type === object || (isAbstractType(type) && schema.isSubType(type, object));
}

function step({ path, name, lists }: Place, key: string): Place {
  return { path: `${path}.${key}`, name: `${key}_${name}`, lists };
}

/** In a list stands an index. */
function itemOf(type: GraphQLOutputType, place: Place): Place {
  if (isNonNullType(type)) return itemOf(type.ofType, place);
  if (!isListType(type)) return place;
  return itemOf(type.ofType, { ...step(place, `idx${place.lists}`), lists: place.lists + 1 });
}
