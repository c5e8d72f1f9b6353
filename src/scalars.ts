import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { GraphQLDateTime, GraphQLJSON, GraphQLSafeInt } from "graphql-scalars";

export const DateTime = new GraphQLScalarType({
  ...GraphQLDateTime.toConfig(),
  description: "A moment as RFC 3339 text in UTC with milliseconds, such as `2026-03-01T09:30:00.000Z`.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
});

export const ByteSize = new GraphQLScalarType({
  ...GraphQLSafeInt.toConfig(),
  name: "ByteSize",
  description: "A number of bytes: a whole JSON number up to 2^53 - 1.",
  specifiedByURL: "https://tc39.es/ecma262/#sec-number.issafeinteger",
});

export const JSONValue = new GraphQLScalarType({
  ...GraphQLJSON.toConfig(),
  name: "JSON",
  description: "Any JSON value: a string, a number, a boolean, an array or an object.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259",
});

export const WebURL = new GraphQLScalarType<string, string>({
  name: "URL",
  description: "An absolute URL with the scheme `http` or `https`, safe to be put into a link.",
  specifiedByURL: "https://url.spec.whatwg.org/",
  serialize: webUrl,
  parseValue: webUrl,
  parseLiteral: (node) => webUrl(node.kind === Kind.STRING ? node.value : undefined),
});

function webUrl(value: unknown): string {
  if (typeof value === "string" && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))
    return value;
  throw new GraphQLError("Expected an absolute URL with the scheme http or https.");
}
