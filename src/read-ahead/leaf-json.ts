import {
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isListType,
  isNonNullType,
} from "graphql";
import type { Column } from "./columns.ts";
import { impossible, Unwritable } from "./written.ts";

/** How PostgreSQL writes a column of one of these types as a scalar of GraphQL does. */
interface Leaf {
  types: string[];
  sql?(value: string): string;
}

const text: Leaf = { types: ["text"] };

const leaves: { [scalar: string]: Leaf } = {
  String: text,
  Int: { types: ["int", "integer"] },
  ByteSize: { types: ["bigint"] },
  Boolean: { types: ["boolean"] },
  JSON: { types: ["json", "jsonb"] },
  DateTime: { types: ["timestamptz"], sql: momentJson },
  // What GraphQL refuses to show.
  Float: { types: ["float8"], sql: (value) => guarded(value, `abs(${value}) < 'infinity'`) },
  URL: {
    types: ["text"],
    sql: (value) =>
      guarded(
        value,
        `(${value} like 'https://_%' or ${value} like 'http://_%') and strpos(${value}, ' ') = 0`,
      ),
  },
};

/** As the scalar `DateTime` shows it. */
export function momentJson(value: string): string {
  return `to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

function guarded(value: string, condition: string): string {
  return `case when ${value} is null or ${condition} then to_json(${value}) else ${impossible} end`;
}

/** A column as a field of this type shows it. @throws Unwritable */
export function columnJson(type: GraphQLOutputType, column: Column, value: string): string {
  const nullable = getNullableType(type);
  const isList = isListType(nullable);
  const leaf = leafOf(getNamedType(type));
  const shown = isList ? column.type.replace(/\[\]$/, "") : column.type;
  if (!leaf?.types.includes(shown) || (isList && leaf.sql))
    throw new Unwritable(`A ${type} of ${column.type}.`);
  const json = leaf.sql?.(value) ?? value;
  return isNonNullType(type) && column.nullable ? `coalesce(to_json(${json}), ${impossible})` : json;
}

/** A value whose type in PostgreSQL is the obvious one. */
export function leafJson(type: GraphQLOutputType, value: string): string {
  const leaf = isListType(type) ? undefined : leafOf(getNamedType(type));
  if (!leaf) throw new Unwritable(`A value of the type ${type}.`);
  return leaf.sql?.(value) ?? value;
}

/** An enum's values are stored as they are called. */
function leafOf(type: GraphQLOutputType): Leaf | undefined {
  if (!isEnumType(type)) return leaves[String(type)];
  return type.getValues().every(({ name, value }) => name === value) ? text : undefined;
}
