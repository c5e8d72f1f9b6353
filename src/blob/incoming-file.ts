import { GraphQLError, GraphQLScalarType } from "graphql";
import type { StagedBlob } from "./stage-blob.ts";

/** A file of the request that is being answered. It is staged as it arrives, whether anybody waits for it or not. */
export class IncomingFile {
  constructor(
    /** Resolves when it begins to arrive. */
    readonly filename: Promise<string>,
    /** Resolves when it is durable and has been read, and the request that brings it is whole. */
    readonly arrived: Promise<StagedBlob>,
  ) {
    // Nobody may ever wait for them.
    filename.catch(() => {});
    arrived.catch(() => {});
  }
}

export const Upload = new GraphQLScalarType<IncomingFile, never>({
  name: "Upload",
  description:
    "A file that comes with the request: a variable that is null in the `operations` of a GraphQL multipart request, and to " +
    "which its `map` assigns a part of the body.",
  specifiedByURL: "https://github.com/jaydenseric/graphql-multipart-request-spec",
  parseValue(value) {
    if (value instanceof IncomingFile) return value;
    throw new GraphQLError("Expected a file of a GraphQL multipart request.");
  },
  parseLiteral(node) {
    throw new GraphQLError("Expected a variable to which a GraphQL multipart request maps a file.", {
      nodes: node,
    });
  },
  serialize() {
    throw new GraphQLError("A file is never part of an answer.");
  },
});
