import {
  type GraphQLFieldResolver,
  GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isIntrospectionType,
  isLeafType,
} from "graphql";
import type { Context } from "../context.ts";

type Row = { [property: string]: unknown };
type Resolver = GraphQLFieldResolver<unknown, Context>;
type Method = (this: unknown, ...params: unknown[]) => unknown;

/** What TypeGraphQL (2.0.0-rc.4) keeps of a class that it makes a type of, of a field resolver, and of its parameters. */
interface TypeMetadata {
  name: string;
  target: unknown;
}
interface FieldResolverMetadata {
  kind: "internal" | "external";
  schemaName: string;
  methodName: string;
  target: new () => { [method: string]: Method };
  getObjectType?: () => unknown;
  params?: readonly ParamMetadata[];
}
type ParamMetadata = { index: number } & (
  | { kind: "root" | "context"; propertyName?: string }
  | { kind: "info" }
  | { kind: "arg"; name: string }
  | { kind: "args"; getType(): unknown }
);
interface Metadata {
  objectTypes: TypeMetadata[];
  interfaceTypes: TypeMetadata[];
  argumentTypes: { target: unknown; fields: { schemaName: string }[] }[];
  fieldResolvers: FieldResolverMetadata[];
}

/** How one parameter of a method comes from what GraphQL hands to a resolver. */
type Param = (row: unknown, args: Row, context: Context, info: GraphQLResolveInfo) => unknown;

/**
 * Takes from the fields of objects what TypeGraphQL puts around them: it gives each column a resolver, and makes a promise of
 * each argument, to validate what has been validated. That costs more than all resolvers of a large answer do. Here a
 * column is a property again, and a method is called with its parameters. Root fields stay as they are.
 */
export function makeFieldsDirect(schema: GraphQLSchema): void {
  const { TypeGraphQLMetadataStorage: metadata } = globalThis as unknown as {
    TypeGraphQLMetadataStorage: Metadata;
  };
  const methods = methodsIn(metadata);
  const roots = [schema.getQueryType(), schema.getMutationType()];
  for (const type of Object.values(schema.getTypeMap())) {
    // The types of introspection are graphql-js' own, and belong to all schemas.
    if (!(type instanceof GraphQLObjectType) || roots.includes(type) || isIntrospectionType(type)) continue;
    const names = [type, ...type.getInterfaces()].map(({ name }) => name);
    for (const field of Object.values(type.getFields())) {
      const method = names.map((name) => methods.get(`${name}.${field.name}`)).find((each) => each);
      if (method?.kind === "external") field.resolve = direct(method, metadata);
      // What a connection holds can be a promise.
      else if (!method && isLeafType(getNamedType(field.type)) && !type.name.endsWith("Connection"))
        field.resolve = undefined;
    }
  }
}

/** The methods that resolve fields, by `Type.field`. */
function methodsIn({ objectTypes, interfaceTypes, fieldResolvers }: Metadata) {
  const nameOf = new Map([...objectTypes, ...interfaceTypes].map(({ target, name }) => [target, name]));
  return new Map(
    fieldResolvers.map((each) => [`${nameOf.get(each.getObjectType?.())}.${each.schemaName}`, each]),
  );
}

const instances = new Map<unknown, { [method: string]: Method }>();

function direct({ target, methodName, params = [] }: FieldResolverMetadata, metadata: Metadata): Resolver {
  const instance = instances.get(target) ?? new target();
  instances.set(target, instance);
  const method = (instance[methodName] as Method).bind(instance);
  const [a, b, c, ...more] = params
    .toSorted((one, other) => one.index - other.index)
    .map((param) => paramOf(param, metadata));
  // Most have one to three parameters; for each number of them it is one call.
  if (!a) return () => method();
  if (!b) return (...given) => method(a(...given));
  if (!c) return (...given) => method(a(...given), b(...given));
  const all = [a, b, c, ...more];
  return (...given) => method(...all.map((param) => param(...given)));
}

function paramOf(param: ParamMetadata, { argumentTypes }: Metadata): Param {
  switch (param.kind) {
    case "root": {
      const { propertyName: property } = param;
      return property ? (row) => (row as Row)[property] : (row) => row;
    }
    case "context": {
      const { propertyName: property } = param;
      return property
        ? (_row, _args, context) => context[property as keyof Context]
        : (_row, _args, context) => context;
    }
    case "info":
      return (_row, _args, _context, info) => info;
    case "arg":
      return (_row, args) => args[param.name];
    case "args": {
      const fields = argumentTypes.find(({ target }) => target === param.getType())?.fields ?? [];
      const names = fields.map(({ schemaName }) => schemaName);
      return (_row, args) => Object.fromEntries(names.map((name) => [name, args[name]]));
    }
  }
}
