import type { GraphQLResolveInfo } from "graphql";

/** A part of an answer as PostgreSQL has written it: JSON, which goes to the client as it is. */
export class Written {
  constructor(readonly json: string) {}
}

/** A selection has something that PostgreSQL cannot write: resolvers have to make its answer. */
export class Unwritable extends Error {}

/**
 * An error of PostgreSQL in the place of an answer that GraphQL does not allow: resolvers say then what is wrong. It depends
 * on the moment, so that it is not made out already when the statement is planned.
 */
export const impossible = "('impossible ' || now())::json";

const toBeWritten = new WeakSet<GraphQLResolveInfo>();

/** Asks the look-up of a root field to give its object as `Written`. */
export function askToWrite(info: GraphQLResolveInfo): GraphQLResolveInfo {
  toBeWritten.add(info);
  return info;
}

export function isToBeWritten(info: GraphQLResolveInfo | undefined): info is GraphQLResolveInfo {
  return info !== undefined && toBeWritten.has(info);
}
