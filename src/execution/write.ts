import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  getNullableType,
  isListType,
  isNonNullType,
  locatedError,
  type OperationDefinitionNode,
} from "graphql";
import { QueryFailedError } from "typeorm";
import type { Context } from "../context.ts";
import { limits } from "../limits.ts";
import { fieldsOf } from "../read-ahead/selection.ts";
import { askToWrite, Unwritable, Written } from "../read-ahead/written.ts";
import { fragmentsOf } from "./specialize.ts";
import type { Variables } from "./variables.ts";

/** A query whose answer PostgreSQL writes, for one set of what `@skip` and `@include` say in it. */
export interface WrittenQuery {
  /**
   * Undefined when what PostgreSQL was asked for was in vain, and resolvers have to make the answer.
   *
   * @throws Unwritable when they always have to; and any other error when they have to tell what is wrong, be it with the
   *   request or with the statement
   */
  run(variables: Variables, context: Context): Promise<ExecutionResult | undefined>;
}

interface Root {
  key: string;
  node: FieldNode;
  field: GraphQLField<unknown, unknown>;
  info: Omit<GraphQLResolveInfo, "variableValues">;
}

/**
 * Runs the resolvers of a query's root fields, which decide who may ask what; what they look up comes as JSON that PostgreSQL
 * has written.
 *
 * @throws Unwritable
 */
export function writeQuery(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): WrittenQuery {
  const roots = rootsOf(schema, document, operation, variables);
  return {
    async run(given, context) {
      try {
        const values = await Promise.all(roots.map((root) => resolve(root, given, context)));
        if (!isAllowed(values)) return undefined;
        return { data: Object.fromEntries(roots.map(({ key }, index) => [key, values[index]])) };
      } catch (error) {
        if (!(error instanceof QueryFailedError) || isUnknownSql(error)) throw error;
        const [root, ...others] = roots;
        return root && others.length === 0 && isFinal(error) ? failed(root, error) : undefined;
      }
    },
  };
}

function rootsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): Root[] {
  const type = schema.getRootType(operation.operation);
  if (!type) throw new Unwritable("There is no such root.");
  const fragments = fragmentsOf(document);
  const selection = {
    info: { schema, fragments, variableValues: variables },
    type,
    sets: [operation.selectionSet],
  };
  return Array.from(fieldsOf(selection), ([key, nodes]): Root => {
    const [node] = nodes as [FieldNode];
    const field = type.getFields()[node.name.value];
    if (!field?.extensions.handsOn) throw new Unwritable("Its resolver makes something of what it looks up.");
    const path = { prev: undefined, key, typename: type.name };
    const info = {
      ...{ fieldName: field.name, fieldNodes: nodes, returnType: field.type, parentType: type, path },
      ...{ schema, fragments, rootValue: undefined, operation },
    };
    return { key, node, field, info };
  });
}

async function resolve({ node, field, info }: Root, variables: Variables, context: Context) {
  const args = getArgumentValues(field, node, variables);
  const value = await field.resolve?.(
    undefined,
    args,
    context,
    askToWrite({ ...info, variableValues: variables }),
  );
  return written(field.type, value);
}

/** What a resolver hands on: what has been written, nothing, or a list of these. */
function written(type: GraphQLOutputType, value: unknown): Written | null {
  if (value instanceof Written) return value;
  if (value === null && !isNonNullType(type)) return null;
  const list = getNullableType(type);
  if (!Array.isArray(value) || !isListType(list))
    throw new Unwritable("The resolver does not hand on what it looks up.");
  const items = value.map((item) => written(list.ofType, item)?.json ?? "null");
  return new Written(`[${items}]`);
}

/** Whether an answer is sure to hold no more objects than it may; see `budget.ts`. */
function isAllowed(values: (Written | null)[]): boolean {
  let size = 0;
  for (const json of values.map((value) => value?.json ?? "")) {
    size += Math.ceil(json.length / 100);
    if (json.length <= limits.answer) continue;
    for (let at = json.indexOf("{"); at >= 0; at = json.indexOf("{", at + 1)) size += 1;
  }
  return size <= limits.answer;
}

/** Whether it tells of a statement that is wrong, and not of what was asked for. */
function isUnknownSql(error: QueryFailedError): boolean {
  return classOf(error) === "42";
}

/** Whether it would be no other, were it asked again: but a value that PostgreSQL cannot take may be one field's affair. */
function isFinal(error: QueryFailedError): boolean {
  return classOf(error) === "57";
}

function classOf({ driverError }: QueryFailedError): string | undefined {
  const { code } = driverError as { code?: string };
  return code?.slice(0, 2);
}

function failed({ key, field, info }: Root, error: unknown): ExecutionResult {
  const data = isNonNullType(field.type) ? null : { [key]: null };
  return { data, errors: [locatedError(error, info.fieldNodes, [key])] };
}
